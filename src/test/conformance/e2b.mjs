// E2B's SDK: the life of sandboxes, commands and their ends, files, and the class of each error.
import assert from 'node:assert/strict'
import {
  AuthenticationError, CommandExitError, FileNotFoundError, InvalidArgumentError, NotFoundError, RateLimitError, Sandbox,
  SandboxNotFoundError, TimeoutError,
} from 'e2b'
import { check, eventually } from './check.mjs'
import { fullE2b } from './remotes.mjs'

export async function checkE2b() {
  const metadata = { job: 'j 1&2=3', owner: 'conformance' }
  const sandbox = await Sandbox.create({ timeoutMs: 600_000, metadata, envs: { FROM_CREATE: 'ä' } })
  try {
    await checkLife(sandbox, metadata)
    await checkCommands(sandbox)
    await checkFiles(sandbox)
    await checkPause(sandbox)
  } finally {
    await sandbox.kill()
  }
  await checkNetwork()
  await checkRefusals()
  await checkDeath()
}

async function checkLife(sandbox, metadata) {
  await check('a sandbox is found by its metadata, and by no other', async () => {
    const found = await Sandbox.list({ query: { metadata } }).nextItems()
    assert.deepEqual(found.map((one) => one.sandboxId), [sandbox.sandboxId])
    assert.deepEqual(found[0].metadata, metadata)
    assert.equal(found[0].state, 'running')
    assert.deepEqual(await Sandbox.list({ query: { metadata: { job: 'other' } } }).nextItems(), [])
  })
  await check('a long list comes in pages', async () => {
    const second = await Sandbox.create({ timeoutMs: 60_000 })
    const pages = Sandbox.list({ limit: 1 })
    const ids = []
    while (pages.hasNext) ids.push(...(await pages.nextItems()).map((one) => one.sandboxId))
    assert.deepEqual(ids, [second.sandboxId, sandbox.sandboxId])
    await second.kill()
  })
  await check('the timeout is set anew, longer and shorter', async () => {
    for (const minutes of [30, 5]) {
      await sandbox.setTimeout(minutes * 60_000)
      const left = (await sandbox.getInfo()).endAt - Date.now()
      assert.ok(Math.abs(left - minutes * 60_000) < 10_000, `${left} ms are left`)
    }
  })
  await check('another client connects to it by its id', async () => {
    const again = await Sandbox.connect(sandbox.sandboxId)
    assert.equal((await again.commands.run('echo "$FROM_CREATE"')).stdout, 'ä\n')
  })
}

async function checkCommands(sandbox) {
  const { commands } = sandbox
  await check('a command has its variables, directory and user', async () => {
    const ended = await commands.run('echo "$A" && basename "$PWD" && whoami', { envs: { A: "it's" }, cwd: '/tmp', user: 'root' })
    assert.equal(ended.stdout, "it's\ntmp\nroot\n")
    assert.equal(ended.exitCode, 0)
  })
  await check('output is whole: large, of both streams, with characters cut by chunks', async () => {
    const ended = await commands.run("yes ä€😀 | head -n 20000; echo warn >&2")
    assert.equal(ended.stdout, 'ä€😀\n'.repeat(20000))
    assert.equal(ended.stderr, 'warn\n')
  })
  await check('exit code 7 is a CommandExitError', async () => {
    await assert.rejects(commands.run('echo out; echo err >&2; exit 7'), (error) =>
      error instanceof CommandExitError && error.exitCode === 7 && error.stdout === 'out\n' && error.stderr === 'err\n')
  })
  await check('a command that does not exist ends with 127', async () => {
    await assert.rejects(commands.run('no-such-command'), (error) => error instanceof CommandExitError && error.exitCode === 127)
  })
  await check('a background command is listed, left and joined again', async () => {
    const handle = await commands.run('read line; echo "heard $line"', { background: true, stdin: true, envs: { MARK: 'm1' } })
    const listed = (await commands.list()).find((one) => one.pid === handle.pid)
    assert.equal(listed.envs.MARK, 'm1')
    assert.equal(listed.cmd, '/bin/bash')
    await handle.disconnect()
    const joined = await commands.connect(handle.pid)
    await commands.sendStdin(handle.pid, 'you\n')
    assert.equal((await joined.wait()).stdout, 'heard you\n')
  })
  await check('the end of a command can be asked for after it', async () => {
    const handle = await commands.run('exit 3', { background: true })
    await assert.rejects(handle.wait(), CommandExitError)
    const late = await commands.connect(handle.pid)
    await assert.rejects(late.wait(), (error) => error instanceof CommandExitError && error.exitCode === 3)
  })
  await check('closing standard input ends what reads it', async () => {
    const handle = await commands.run('wc -c', { background: true, stdin: true })
    await handle.sendStdin('abc')
    await handle.closeStdin()
    assert.equal((await handle.wait()).stdout.trim(), '3')
  })
  await check('a command is killed once', async () => {
    const handle = await commands.run('exec sleep 60', { background: true, timeoutMs: 0 })
    assert.equal(await commands.kill(handle.pid), true)
    await assert.rejects(handle.wait(), (error) => error instanceof CommandExitError && error.exitCode === -1 && /killed/.test(error.error))
    await eventually(async () => !(await commands.list()).some((one) => one.pid === handle.pid))
    assert.equal(await commands.kill(handle.pid), false)
  })
  await check('a deadline ends a command: TimeoutError', async () => {
    const handle = await commands.run('exec sleep 60', { background: true, timeoutMs: 400 })
    await assert.rejects(handle.wait(), TimeoutError)
    await eventually(async () => !(await commands.list()).some((one) => one.pid === handle.pid))
  })
  await check('joining an unknown command is a NotFoundError, a missing directory an InvalidArgumentError', async () => {
    await assert.rejects(async () => (await commands.connect(4_000_000)).wait(), NotFoundError)
    await assert.rejects(commands.run('true', { cwd: '/no/such' }), InvalidArgumentError)
  })
  await check('an unknown user is an AuthenticationError', async () => {
    await assert.rejects(commands.run('true', { user: 'nobody-here' }), AuthenticationError)
  })
}

async function checkFiles(sandbox) {
  const { files, commands } = sandbox
  await check('files written by the API are read by commands, and back', async () => {
    const written = await files.write('notes/a file.txt', 'first\n')
    assert.equal(written.path, '/home/user/notes/a file.txt')
    assert.equal((await commands.run("cat 'notes/a file.txt' && echo second >>'notes/a file.txt'")).stdout, 'first\n')
    assert.equal(await files.read('notes/a file.txt'), 'first\nsecond\n')
    await commands.run('echo here >/tmp/t.txt')
    assert.equal(await files.read('/tmp/t.txt'), 'here\n')
  })
  await check('bytes and several files at once are kept as they are', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256)
    await files.write([{ path: 'b.bin', data: bytes.buffer }, { path: 'c.txt', data: 'c' }])
    assert.deepEqual(await files.read('b.bin', { format: 'bytes' }), bytes)
    assert.equal(await files.read('/home/user/c.txt'), 'c')
  })
  await check('folders are made, listed, moved and removed', async () => {
    assert.equal(await files.makeDir('d/e'), true)
    assert.equal(await files.makeDir('d/e'), false)
    await files.write('d/e/x.txt', 'x')
    await files.rename('d/e/x.txt', 'd/e/y.txt')
    const entries = await files.list('d', { depth: 2 })
    assert.deepEqual(entries.map((one) => [one.name, one.type]).sort(), [['e', 'dir'], ['y.txt', 'file']])
    assert.equal((await files.getInfo('d/e/y.txt')).size, 1)
    await files.remove('d')
    assert.equal(await files.exists('d'), false)
  })
  await check('a missing file is a FileNotFoundError', async () => {
    await assert.rejects(files.read('missing.txt'), FileNotFoundError)
    await assert.rejects(files.list('missing'), FileNotFoundError)
  })
}

async function checkPause(sandbox) {
  await check('a paused sandbox is listed as such and goes on when it is joined', async () => {
    const handle = await sandbox.commands.run('exec sleep 60', { background: true, timeoutMs: 0 })
    assert.equal(await sandbox.pause(), true)
    assert.equal(await sandbox.pause(), false)
    assert.equal((await sandbox.getInfo()).state, 'paused')
    await sandbox.connect({ timeoutMs: 60_000 })
    assert.equal((await sandbox.getInfo()).state, 'running')
    assert.ok((await sandbox.commands.list()).some((one) => one.pid === handle.pid))
    await Promise.allSettled([handle.wait(), sandbox.commands.kill(handle.pid)])
  })
}

async function checkNetwork() {
  const rules = { 'api.example.com': [{ transform: { headers: { 'x-api-key': 'key-1' } } }] }
  await check('a sandbox keeps the network rules that it was made with', async () => {
    const sandbox = await Sandbox.create({
      timeoutMs: 60_000, network: { allowOut: ({ rules: own }) => [...own.keys(), '*.mesa.dev'], denyOut: ({ allTraffic }) => [allTraffic], rules },
    })
    const { network } = await sandbox.getInfo()
    assert.deepEqual(network.rules, rules)
    assert.deepEqual(network.allowOut, ['api.example.com', '*.mesa.dev'])
    assert.deepEqual(network.denyOut, ['0.0.0.0/0'])
    await sandbox.kill()
  })
  await check('rules alone restrict nothing; wrong ones are refused', async () => {
    await (await Sandbox.create({ timeoutMs: 60_000, network: { rules } })).kill()
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`h${i}.example.com`, rules['api.example.com']]))
    for (const network of [{ allowOut: ['a.com'] }, { rules: { '*': [] } }, { rules: eleven }, { denyOut: ['a.com'] }]) {
      await assert.rejects(Sandbox.create({ network }), /400/)
    }
  })
}

async function checkRefusals() {
  await check('a bad key is an AuthenticationError', async () => {
    for (const apiKey of [`e2b_${'0'.repeat(40)}`, 'not-a-key']) {
      await assert.rejects(Sandbox.create({ apiKey, validateApiKey: false }), AuthenticationError)
      await assert.rejects(Sandbox.list({ apiKey, validateApiKey: false }).nextItems(), AuthenticationError)
    }
  })
  await check('one sandbox too many is a RateLimitError', async () => {
    await assert.rejects(Sandbox.create({ apiUrl: fullE2b }), (error) =>
      error instanceof RateLimitError && /maximum number of concurrent E2B sandboxes/.test(error.message))
  })
  await check('an unknown template and too long a timeout are refused', async () => {
    await assert.rejects(Sandbox.create('no-such-template'), /404.*no-such-template.*not found/)
    await assert.rejects(Sandbox.create({ timeoutMs: 25 * 3_600_000 }), /400.*cannot be greater than 24 hours/)
  })
  await check('an unknown sandbox is a SandboxNotFoundError, and killing it is false', async () => {
    const unknown = `i${'x'.repeat(20)}`
    await assert.rejects(Sandbox.getInfo(unknown), SandboxNotFoundError)
    await assert.rejects(Sandbox.setTimeout(unknown, 60_000), SandboxNotFoundError)
    await assert.rejects(Sandbox.connect(unknown), SandboxNotFoundError)
    assert.equal(await Sandbox.kill(unknown), false)
  })
}

async function checkDeath() {
  await check('a command whose sandbox is killed ends with a TimeoutError; the next is a SandboxNotFoundError', async () => {
    const sandbox = await Sandbox.create({ timeoutMs: 60_000 })
    const handle = await sandbox.commands.run('echo on; sleep 60', { background: true, timeoutMs: 0 })
    const ended = assert.rejects(handle.wait(), TimeoutError)
    await sandbox.kill()
    await ended
    await assert.rejects(sandbox.commands.run('true'), SandboxNotFoundError)
    await assert.rejects(sandbox.files.read('x'), TimeoutError) // the SDK's class for a 502 to a file call
  })
  await check('a sandbox ends at its timeout', async () => {
    const sandbox = await Sandbox.create({ timeoutMs: 1_000 })
    await eventually(async () => !(await sandbox.isRunning()))
    await assert.rejects(sandbox.getInfo(), SandboxNotFoundError)
  })
}
