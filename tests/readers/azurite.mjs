// An emulator of Azure's blob storage for one test run: it ends when standard input closes, however its owner ended. All is in memory: on disk it
// writes its whole catalog of blobs anew every few seconds.
process.stdin.resume().on('end', () => process.exit(0))
process.argv = [process.argv[0], process.argv[1],
  '--blobHost', '127.0.0.1', '--blobPort', '0', '--inMemoryPersistence', '--silent', '--skipApiVersionCheck', '--disableTelemetry']
await import('azurite/dist/src/blob/main.js')
