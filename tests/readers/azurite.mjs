// An emulator of Azure's blob storage for one test run: it ends, and its folder goes, when standard input closes, however its owner ended.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'mammoth-azurite-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.stdin.resume().on('end', () => process.exit(0))
process.argv = [process.argv[0], process.argv[1],
  '--blobHost', '127.0.0.1', '--blobPort', '0', '--location', folder, '--silent', '--skipApiVersionCheck', '--disableTelemetry']
await import('azurite/dist/src/blob/main.js')
