// Independent readers of what Mammoth wrote, for the tests: one process for the whole run, a JSON request a line in, a JSON answer a line out.
//   {"id", "reader": "clickhouse", "sql", "directory"}    ClickHouse reads only below its working directory
//   {"id", "reader": "duckdb", "sql"}
//   {"id", "reader": "icebird", "table", "paths"}         paths: how locations in metadata are reached, by prefix; "?query" is put after the URL
//   {"id", "reader": "catalog", "url", "token"}           an Iceberg REST catalog: its tables, each loaded
//   {"id", "reader": "icebirdByCatalog", "url", "token", "namespace", "name", "paths"}
//   {"id", "reader": "openapi", "document", "values"}     values: [{"pointer", "value"}], each held against the schema there
// An answer is {"id", "columns", "rows"} or {"id", "error"}. Values are strings, exact; null is null; nested values are JSON with strings inside.
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'

const exact = `SET use_iceberg_metadata_files_cache = 0, optimize_trivial_count_query = 0, session_timezone = 'UTC',
  output_format_json_quote_64bit_integers = 1, output_format_json_quote_64bit_floats = 1, output_format_json_quote_decimals = 1,
  output_format_json_quote_denormals = 1, output_format_decimal_trailing_zeros = 1`

let clickhouseSession
async function clickhouse({ sql, directory }) {
  if (directory) process.chdir(directory)
  if (!clickhouseSession) {
    const { Session } = await import('chdb')
    clickhouseSession = new Session()
    clickhouseSession.query(exact)
  }
  const lines = clickhouseSession.query(sql, 'JSONCompactEachRowWithNames').split('\n').filter(line => line !== '')
  const [columns = [], ...rows] = lines.map(line => JSON.parse(line))
  return { columns, rows: rows.map(row => row.map(text)) }
}

let duckConnection
async function duckdb({ sql }) {
  if (!duckConnection) {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    duckConnection = await (await DuckDBInstance.create(':memory:')).connect()
  }
  const reader = await duckConnection.runAndReadAll(sql)
  return { columns: reader.columnNames(), rows: reader.getRowsJson().map(row => row.map(text)) }
}

// icebird knows HTTP only: locations of other kinds are mapped here.
let paths = {}
const http = globalThis.fetch
globalThis.fetch = async (location, init) => {
  let url = String(location)
  for (const [prefix, target] of Object.entries(paths)) {
    if (!url.startsWith(prefix)) continue
    const [base, query] = target.split('?')
    url = base + url.slice(prefix.length) + (query ? `?${query}` : '')
  }
  if (!url.startsWith('file:')) return http(url, init)
  let bytes
  try {
    // What follows file:// is the path itself, not percent-encoded.
    bytes = await readFile(url.slice('file://'.length))
  } catch (error) {
    return new Response(null, { status: 404, statusText: String(error) })
  }
  const range = /^bytes=(\d+)-(\d*)$/.exec(new Headers(init?.headers).get('Range') ?? '')
  if (range) return new Response(bytes.subarray(Number(range[1]), range[2] ? Number(range[2]) + 1 : undefined), { status: 206 })
  return new Response(bytes, { headers: { 'Content-Length': String(bytes.length) } })
}

async function icebird(request) {
  const { icebergMetadata, icebergRead } = await import('icebird')
  paths = request.paths ?? {}
  const metadata = await icebergMetadata({ tableUrl: request.table })
  const schema = metadata.schemas.find(s => s['schema-id'] === metadata['current-schema-id'])
  const columns = schema.fields.map(field => field.name)
  const rows = await icebergRead({ tableUrl: request.table, metadata })
  return { columns, rows: rows.map(row => columns.map(column => text(row[column]))) }
}

async function restCatalog({ url, token }) {
  const { IcebergRestCatalog } = await import('iceberg-js')
  return new IcebergRestCatalog({ baseUrl: url, auth: { type: 'bearer', token } })
}

async function catalog(request) {
  const client = await restCatalog(request)
  const rows = []
  for (const { namespace } of (await client.listNamespaces()).namespaces) {
    for (const { name } of (await client.listTables({ namespace })).identifiers) {
      // The snapshot's id is larger than a number of JavaScript's: it is taken from the text.
      const answer = await http(`${request.url}/v1/namespaces/${encodeURIComponent(namespace[0])}/tables/${encodeURIComponent(name)}`, { headers: { Authorization: `Bearer ${request.token}` } })
      const metadata = await client.loadTable({ namespace, name })
      rows.push([namespace.join('.'), name, /"current-snapshot-id":\s*(\d+)/.exec(await answer.text())[1], metadata.location])
    }
  }
  return { columns: ['namespace', 'name', 'snapshot', 'location'], rows }
}

async function icebirdByCatalog(request) {
  const { icebergRead } = await import('icebird')
  paths = {}
  const metadata = await (await restCatalog(request)).loadTable({ namespace: [request.namespace], name: request.name })
  paths = request.paths ?? {}
  const schema = metadata.schemas.find(s => s['schema-id'] === metadata['current-schema-id'])
  const columns = schema.fields.map(field => field.name)
  const rows = await icebergRead({ tableUrl: metadata.location, metadata })
  return { columns, rows: rows.map(row => columns.map(column => text(row[column]))) }
}

async function openapi({ document, values }) {
  const { Validator } = await import('@seriousme/openapi-schema-validator')
  const { default: Ajv } = await import('ajv/dist/2020.js')
  const { default: formats } = await import('ajv-formats')
  const rows = []
  const result = await new Validator().validate(structuredClone(document))
  if (!result.valid) rows.push(['document', JSON.stringify(result.errors)])
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true })
  formats(ajv)
  ajv.addSchema(document, 'document')
  for (const { pointer, value } of values) {
    const check = ajv.getSchema(`document${pointer}`)
    if (!check) rows.push([pointer, 'there is no such schema'])
    else if (!check(value)) rows.push([pointer, JSON.stringify(check.errors)])
  }
  return { columns: ['where', 'what'], rows }
}

function text(value) {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value === 'object') return JSON.stringify(value, (_, v) => v === null || typeof v === 'object' ? plain(v) : String(v))
  return String(value)
}

const plain = value => value instanceof Uint8Array || value instanceof Date ? text(value) : value

const readers = { clickhouse, duckdb, icebird, catalog, icebirdByCatalog, openapi }
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  let answer
  try {
    answer = await readers[request.reader](request)
  } catch (error) {
    answer = { error: String(error?.message ?? error) }
  }
  process.stdout.write(JSON.stringify({ id: request.id, ...answer }) + '\n')
}
process.exit(0)
