#!/usr/bin/env bash
# A Ceph of one monitor, one OSD in memory and one S3 gateway on 127.0.0.1, in a folder of its own, until stdin ends.
# Arguments: folder, port of the monitor, port of the gateway, access key, secret key. Prints "ready".
set -euo pipefail
dir=$1 monitor=$2 gateway=$3
mkdir -p "$dir"/{mon,osd,rgw,run}
fsid=$(cat /proc/sys/kernel/random/uuid)
cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $fsid
mon_initial_members = a
mon_host = v1:127.0.0.1:$monitor
mon_data = $dir/mon
osd_data = $dir/osd
keyring = $dir/keyring
run_dir = $dir/run
admin_socket = $dir/run/\$name.asok
pid_file = $dir/run/\$name.pid
log_file = $dir/\$name.log
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
mon_allow_pool_size_one = true
mon_data_avail_crit = 1
mon_data_avail_warn = 1
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_crush_chooseleaf_type = 0
osd_objectstore = memstore
memstore_device_bytes = 536870912
rgw_data = $dir/rgw
rgw_frontends = beast endpoint=127.0.0.1:$gateway
rgw_thread_pool_size = 16
CONF
export CEPH_CONF=$dir/ceph.conf
exec 2>"$dir/errors"

key() { ceph-authtool "$@" >/dev/null; }
key --create-keyring "$dir/keyring" --gen-key -n mon. --cap mon 'allow *'
key "$dir/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *'
key "$dir/keyring" --gen-key -n osd.0 --cap mon 'allow *' --cap osd 'allow *'
key "$dir/keyring" --gen-key -n client.rgw.a --cap mon 'allow rwx' --cap osd 'allow rwx'
monmaptool --create --addv a "[v1:127.0.0.1:$monitor]" --fsid "$fsid" "$dir/monmap" >/dev/null

daemons=()
trap 'kill "${daemons[@]}" || true; wait' EXIT
ceph-mon --mkfs -i a --monmap "$dir/monmap" --keyring "$dir/keyring"
ceph-mon -i a -f >/dev/null &
daemons+=($!)
osd=$(cat /proc/sys/kernel/random/uuid)
ceph --connect-timeout 20 osd new "$osd" >/dev/null
ceph-osd -i 0 --mkfs --osd-uuid "$osd"
ceph-osd -i 0 -f >/dev/null &
daemons+=($!)
radosgw-admin -n client.rgw.a user create --uid=daymark --display-name=daymark --access-key="$4" --secret-key="$5" >/dev/null
radosgw -n client.rgw.a -f >/dev/null &
daemons+=($!)
until (: <"/dev/tcp/127.0.0.1/$gateway"); do sleep 0.1; done
echo ready
cat >/dev/null
