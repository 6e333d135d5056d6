// @c15t/backend on PostgreSQL, as its documentation puts it together: kysely, a pool, its own migrator. Under Node's
// own HTTP server. Takes DATABASE and PORT from the environment.
import { createServer } from 'node:http';
import { c15tInstance } from '@c15t/backend';
import { kyselyAdapter } from '@c15t/backend/db/adapters/kysely';
import { migrator } from '@c15t/backend/db/migrator';
import { DB } from '@c15t/backend/db/schema';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE, max: 20 });
const adapter = kyselyAdapter({ db: new Kysely({ dialect: new PostgresDialect({ pool }) }), provider: 'postgresql' });
const { execute } = await migrator({ db: DB.client(adapter), schema: 'latest' });
await execute();
const c15t = c15tInstance({
  appName: 'bench',
  basePath: '/',
  trustedOrigins: ['http://127.0.0.1'],
  adapter,
  logger: { level: 'error' },
});

createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', async () => {
    const { method, headers } = request;
    const body = parts.length ? Buffer.concat(parts) : undefined;
    const answer = await c15t.handler(new Request(`http://127.0.0.1${request.url}`, { method, headers, body }));
    const text = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), 'content-length': text.length });
    response.end(text);
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
