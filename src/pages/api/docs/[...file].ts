import { readerRoute, SWAGGER_UI } from '../../../http/reader-pages.ts';

export const { GET, ALL } = readerRoute(SWAGGER_UI);
