/**
 * What the fields of the API mean, in a sentence each: the OpenAPI document carries these, and all that is made from it.
 * A test holds that every field of every schema has one.
 */

type Json = Record<string, unknown>;

/** By the name of a field, where it means the same wherever it stands. */
const EVERYWHERE: Readonly<Record<string, string>> = {
  id: 'The id, which never changes.',
  v2_id: 'The id in the compatible API: 12 characters.',
  name: 'The name, on one line.',
  title: 'The title, on one line.',
  body: 'The text, in Markdown.',
  status: 'The status.',
  description: 'What it is, in a sentence or two.',
  position: 'The place in the list, from 1.',
  code: 'A short name for machines, unique on the page.',
  created_at: 'When it was made.',
  updated_at: 'When it was last changed.',
  edited_at: 'When the text was corrected; null if never.',
  started_at: 'When it began.',
  resolved_at: 'When it was resolved; null while it is open.',
  next_update_at: 'When the next update is promised; null if none is.',
  starts_at: 'When it is planned to begin.',
  ends_at: 'When it is planned to end.',
  completed_at: 'When it ended; null before.',
  overrunning: 'True when it goes on after its planned end.',
  auto_start: 'True when it begins by itself at `starts_at`.',
  auto_complete: 'True when it ends by itself at `ends_at`.',
  remind_before_minutes: 'How long before its start subscribers are reminded; null for no reminder.',
  notify: 'True when subscribers are told.',
  impact: 'How much of the service it touches.',
  components: 'The components concerned, and what is said of each.',
  component_ids: 'Ids of the components concerned; empty for none in particular.',
  updates: 'What was told, newest first.',
  postmortem: 'What was learned, once it is over; null if nothing was written.',
  group: 'The group it stands in; null for none.',
  group_id: 'Id of the group it stands in; null for none.',
  page_id: 'Id of the page.',
  page_ids: 'Ids of the pages it is limited to; null for all.',
  role: 'What they may: `viewer`, `editor`, `admin` or `owner`.',
  email: 'The address.',
  scopes: 'What the key may do.',
  expires_at: 'When it ends; null for never.',
  whole_page: 'True when everything of the page is sent.',
  revision: 'Counts the changes that readers can see.',
  published_at: 'When it was published.',
  event: 'What happened, like `incident.created`.',
  subject_id: 'Id of what it is about.',
  state: 'How far it is.',
  attempts: 'How often it was tried.',
  next_attempt_at: 'When it is tried again; null if it is not.',
  error: 'Why the last attempt failed, as a symbol; null if it did not.',
  done_at: 'When it was settled; null while it is pending.',
  duration_ms: 'How long the receiver took, in milliseconds.',
  answered: 'The HTTP status that the receiver answered; null if it did not.',
  url: 'The address.',
  events: 'Which events are sent; null for all.',
  active: 'True while something is sent to it.',
  token: 'The token from the mail.',
  version: 'Rises when a field comes to mean something else.',
  type: 'The type.',
  timestamp: 'When the event happened.',
  data: 'What the event is about.',
  detail: 'What went wrong, in a sentence.',
  page: 'The page.',
  incidents: 'Incidents, newest first.',
  scheduled_maintenances: 'Maintenance windows.',
  date: 'The day, in the time zone of the page.',
  percent: 'Share of time that it was up, 0 to 100; null where no time counts yet.',
};

/** By schema and field, where a schema has something of its own to say; a dot leads into what a field holds. */
const OF: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Status: {
    status: 'The worst status that a component shows.',
    indicators: 'Number of components in each status.',
    active_incidents: 'Incidents that are not resolved.',
    scheduled_maintenance: 'Maintenance windows in progress.',
    last_updated: 'When this page last changed.',
  },
  PublicComponent: { status: 'What it shows.', position: 'Its place on the page, from 1.' },
  Component: {
    status: 'What it shows: the worst of what was set and of what holds it.',
    set_status: 'What was set on it.',
    held_by: 'Open incidents and maintenance that hold it worse than what was set.',
    status_since: 'Since when it shows this.',
    position: 'Its place in the flat list of the page, from 1.',
  },
  ComponentCreate: { status: 'What is set on it.', code: 'Made from the name when absent.' },
  ComponentPatch: { status: 'What is set on it.' },
  Group: { position: 'Its place in the top level of the page, from 1.' },
  Page: {
    slug: 'Its name in addresses: `/p/{slug}/`.',
    timezone: 'IANA name of the time zone that its days are counted in.',
    language: 'The language of its own addresses.',
    languages: 'All its languages, its own first.',
    accent: 'The colour of links and buttons, as `#rrggbb`; null for the built-in one.',
    domain: 'Its own domain; null for none.',
    value: 'What the record holds.',
    domain_record: 'The TXT record that proves the domain; null without one.',
    domain_routed_at: 'Since when the domain leads here; null before the record was seen.',
    url: 'Where it is managed and, without a domain, read.',
    revision: 'The newest revision.',
    published_revision: 'The revision that readers see.',
    published_at: 'Since when readers see it; null before the first time.',
    publish_error: 'Why the newest revision is not published; null if nothing is wrong.',
    updated_at: 'When its settings were last changed.',
  },
  Revision: { fence: 'Rises with each process that takes over publishing.' },
  Incident: {
    status: 'The status of its newest update.',
    components: 'Every component that it ever named, with what it says of it now.',
  },
  IncidentUpdate: { components: 'The components that it named, with what it said of them.' },
  IncidentCreate: {
    body: 'The first update, in Markdown.',
    components: 'What the incident says of components.',
    impact: 'Follows from the components when absent.',
    started_at: 'When it began, not in the future; now when absent.',
    resolved_at: 'When it was over: goes with the status `resolved`.',
    notify: 'Whether subscribers are told. False by default for what began over an hour ago, or is over.',
  },
  IncidentPatch: {
    body: 'The text of its newest update.',
    impact: 'null lets it follow from the components again.',
  },
  IncidentUpdateCreate: {
    components: 'Changes what the incident says of these; the others stay. `operational` takes it back.',
  },
  Maintenance: {
    components: 'The components concerned: under maintenance while it is in progress.',
    started_at: 'When it did begin; null before.',
  },
  MaintenanceCreate: { body: 'The first update, in Markdown.' },
  Uptime: {
    rule: 'How uptime is counted, in words.',
    components: 'Every component, in display order.',
    percent: 'Share of time, 0 to 100, for the last 1, 7, 30 and 90 days.',
    days: 'The last 90 days on which it was not operational throughout, oldest first.',
    seconds: 'Seconds of the day in each status.',
  },
  ApiKey: { hint: 'How the key begins and ends.', last_used_at: 'When it was last used; null if never.' },
  NewApiKey: {
    hint: 'How the key begins and ends.',
    last_used_at: 'When it was last used; null if never.',
    key: 'The secret. It is shown this once.',
  },
  Member: {
    name: 'What they call themselves; null if nothing.',
    second_factor: 'True when they also sign in by code.',
  },
  Invitation: { expires_at: 'When its link ends.' },
  AuditEvent: {
    action: 'What was done, like `incident.open`.',
    actor: 'Who did it.',
    page_id: 'Id of the page it was done to; null for none.',
    subject_id: 'Id of what it was done to; null for nothing in particular.',
    details: 'What else there is to say of it.',
    request_id: 'Id of the request, as in the log; null outside of requests.',
    created_at: 'When it was done.',
  },
  SessionCreate: {
    password: 'The password.',
    code: 'The six digits of the second factor, or a recovery code, of those who have one.',
  },
  SignUpCreate: { component_ids: 'Components to follow; the whole page when absent.' },
  SignUpTaken: { detail: 'The same sentence, whether or not the address is known.' },
  Verified: { manage_token: 'Lets its holder see and change what they receive.' },
  Left: { status: 'Always `unsubscribed`.' },
  Subscription: {
    status: '`suppressed` when mails could not be delivered.',
    component_ids: 'Components that are followed; empty with `whole_page`.',
  },
  SubscriptionPatch: { component_ids: 'Components to follow; `[]` is the whole page.' },
  Subscriber: {
    source: 'How they came: signed up themselves, added, or imported.',
    component_ids: 'Components that are followed; empty with `whole_page`.',
    suppressed_reason: 'Why nothing is sent to them; null while something is.',
    suppressed_at: 'Since when nothing is sent to them; null while something is.',
    verified_at: 'When the address was verified; null if never.',
    unsubscribed_at: 'When they left; null if they did not.',
  },
  SubscriberCreate: { component_ids: 'Components to follow; the whole page when absent.' },
  SubscriberPatch: {
    component_ids: 'Components to follow; `[]` is the whole page.',
    status: '`active` sends to them again.',
  },
  SubscriberImport: {
    added: 'Lines that added a subscriber.',
    updated: 'Lines that changed one.',
    unchanged: 'Lines that changed nothing.',
    refused: 'Lines that were refused.',
    stopped_at_line: 'The line that could not be read; null when all were.',
    lines: 'What became of each line.',
    line: 'Its number in the file.',
    result: 'What became of it.',
    reason: 'Why it was refused; null if it was not.',
    detail: 'The same in words.',
  },
  Notification: {
    title: 'Title of what it is about; null when that is gone.',
    revision: 'The revision of the page that shows it.',
    complete: 'True when everyone it goes to is known.',
    email: 'Mails, by what became of them.',
    webhooks: 'Calls of webhooks, by what became of them.',
    estimated_done_at: 'When the last mail is likely to be sent; null when nothing is pending.',
  },
  DeliveryCounts: {
    sent: 'Delivered.',
    failed: 'Given up.',
    pending: 'On their way, or to be tried again.',
    folded: 'Told by a newer message instead.',
    cancelled: 'No longer wanted.',
  },
  MailDelivery: { subscriber_id: 'Id of the subscriber.', email: 'The address; null once it was erased.' },
  Webhook: {
    component_ids: 'Components whose events are sent; empty with `whole_page`.',
    failing_since: 'Since when nothing gets through; null while it does.',
    disabled_at: 'When it was switched off; null while it is on.',
    last_success_at: 'When a call last got through; null if never.',
  },
  NewWebhook: {
    component_ids: 'Components whose events are sent; empty with `whole_page`.',
    failing_since: 'Since when nothing gets through; null while it does.',
    disabled_at: 'When it was switched off; null while it is on.',
    last_success_at: 'When a call last got through; null if never.',
    secret: 'The secret that calls are signed with. It is shown this once.',
  },
  WebhookCreate: {
    url: 'Where calls go: https, or http within allowed networks.',
    component_ids: 'Components whose events are sent; null for the whole page.',
  },
  WebhookPatch: {
    url: 'Where calls go: https, or http within allowed networks.',
    component_ids: 'Components whose events are sent; null for the whole page.',
    active: 'true switches it on again.',
  },
  WebhookTest: { delivered: 'True when the receiver took it.' },
  Template: {
    status: 'The status it suggests; null for none.',
    components: 'What it suggests to say of components.',
  },
  TemplateCreate: { status: 'The status it suggests; null for none.' },
  PageCreate: {
    slug: 'Its name in addresses; made from the name when absent. It never has the form of a UUID.',
    timezone: 'IANA name of the time zone that its days are counted in.',
    domain: 'Its own domain: it leads here once its TXT record was seen.',
    language: 'The language of its own addresses.',
    languages: 'All its languages, its own first.',
    accent: 'The colour of links and buttons, as `#rrggbb`.',
  },
  ForbiddenError: {
    detail: 'A sentence, or which scope is missing.',
    message: 'The same in words.',
    required: 'The scopes that are missing.',
  },
  ValidationError: {
    detail: 'What is wrong with each field.',
    loc: 'Where it stands, like `["body", "email"]`.',
    msg: 'What is wrong with it.',
    type: 'The same as a symbol.',
  },
  IncidentMessage: {
    update: 'The update that was posted; null where none was.',
    incident: 'The incident as the API answers it.',
    slug: 'Its name in addresses.',
  },
  MaintenanceMessage: {
    update: 'The update that was posted; null where none was.',
    maintenance: 'The maintenance window as the API answers it.',
    slug: 'Its name in addresses.',
  },
  TestMessage: { webhook_id: 'Id of the webhook that is tested.', slug: 'Its name in addresses.' },
  V2Page: { url: 'Where the page is read.', time_zone: 'IANA name of its time zone.' },
  V2Status: { indicator: 'The worst of it in a word.', description: 'The same in words.' },
  V2StatusDocument: { status: 'The overall status.' },
  V2Summary: {
    status: 'The overall status.',
    components: 'Groups and components.',
    incidents: 'Incidents that are open.',
    scheduled_maintenances: 'Maintenance that is planned or running.',
  },
  V2Components: { components: 'Groups and components.' },
  V2Component: {
    showcase: 'Always true here.',
    start_date: 'Since when its uptime counts.',
    group: 'True of a group.',
    only_show_if_degraded: 'Always false here.',
    components: 'Of a group: ids of its components.',
  },
};
const TOLD: Readonly<Record<string, string>> = {
  monitoring_at: 'When it came to `monitoring`; null if never.',
  shortlink: 'Where it is told in full.',
  incident_updates: 'What was told, newest first.',
  scheduled_for: 'When it is planned to begin.',
  scheduled_until: 'When it is planned to end.',
  incident_id: 'Id of what it belongs to.',
  display_at: 'When it was told.',
  affected_components: 'The components that it changed; null for none.',
  old_status: 'Their status before.',
  new_status: 'Their status since.',
  deliver_notifications: 'True when subscribers were told.',
  custom_tweet: 'Always null here.',
  tweet_id: 'Always null here.',
};

/** Schemas that say of their fields what another one says. */
const LIKE: Readonly<Record<string, string>> = { PagePatch: 'PageCreate', TemplatePatch: 'TemplateCreate' };

/** The schema with a description on every field that has none, whatever it holds. */
export function withWords(name: string, schema: Json): Json {
  const own = { ...OF[LIKE[name] ?? name], ...(name.startsWith('V2') ? TOLD : {}) };
  const told = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(told);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === 'properties' ? described(inner as Record<string, Json>) : told(inner),
      ]),
    );
  };
  const described = (fields: Record<string, Json>) =>
    Object.fromEntries(
      Object.entries(fields).map(([field, inner]) => {
        const { description = own[field] ?? EVERYWHERE[field], ...rest } = told(inner) as Json;
        return [field, description === undefined ? rest : { description, ...rest }];
      }),
    );
  return told(schema) as Json;
}

/** What operations do, where their summary does not say it all. */
export const OPERATION_WORDS: Readonly<Record<string, string>> = {
  getStatus:
    'The overall status, how many components are in each, and how many incidents and maintenance windows are open.',
  getComponents:
    'All components with what they show now, in the order of the page. Without parameters this is a file that holds the first 100.',
  getComponentsId: 'One component, as in the list.',
  getIncidents: 'Incidents with all that was told of them, newest first.',
  getMaintenance: 'Maintenance windows with all that was told of them, latest start first.',
  getUptime: 'How much of the time each component was up, and the days on which it was not.',
  getRss: 'Incidents and maintenance as RSS 2.0, for feed readers and chat.',
  getAtom: 'Incidents and maintenance as Atom (RFC 4287).',
  getCalendarIcs: 'Maintenance as iCalendar (RFC 5545): subscribe to it by `webcal:`.',
  postSubscribers:
    'Answers the same whether or not the address is known. A mail follows with a link that confirms it. Takes JSON, or the form of any site.',
  postSubscribersVerify: 'The token is that of the mail: it holds for 24 hours, and once.',
  getRevisionJson:
    'The number of the revision that is published: poll this to know whether anything changed.',
  getStatusTxt: 'The page in plain words, for terminals.',
  getBadgeSvg: 'The status as a small picture.',
  getApiV2SummaryJson: 'What clients of Statuspage read first: everything that is open, and all components.',
};
