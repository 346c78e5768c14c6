// Vercel's SDK: the program of Mesa's guide for Vercel Sandbox, then files, time, lists, snapshots and the errors.
import assert from 'node:assert/strict'
import { APIError, Sandbox, Snapshot } from '@vercel/sandbox'
import { check } from './check.mjs'

function setting(name) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} must be set; run this by ConformanceTest`)
  return value
}

/** The SDK knows one base URL; its only hook is this option. */
function toSimulator(url, { dispatcher, ...init } = {}) {
  const base = 'https://vercel.com/api'
  assert.ok(String(url).startsWith(base), String(url))
  return fetch(setting('VERCEL_API_URL') + String(url).slice(base.length), init)
}

const account = () => ({
  token: setting('VERCEL_TOKEN'), teamId: setting('VERCEL_TEAM_ID'), projectId: setting('VERCEL_PROJECT_ID'), fetch: toSimulator,
})
const create = (params) => Sandbox.create({ ...account(), ...params })

export async function checkVercel() {
  await checkGuide()
  const sandbox = await create({
    name: 'conformance', runtime: 'node24', persistent: false, timeout: 600_000, ports: [3000],
    env: { FROM_CREATE: 'ä' }, tags: { job: 'j 1&2=3' }, networkPolicy: { allow: ['*.mesa.dev', 'mesa.dev'] },
  })
  try {
    await checkLife(sandbox)
    await checkCommands(sandbox)
    await checkFiles(sandbox)
  } finally {
    await sandbox.delete()
  }
  await checkNetwork()
  await checkSnapshot()
  await checkRefusals()
}

/** As the guide has it, without Mesa's part: that is the agent's business, which the guide for E2B goes through. */
async function checkGuide() {
  let sandbox
  await check('the guide\'s sandbox starts on Amazon Linux', async () => {
    sandbox = await create({ runtime: 'node24' })
    assert.equal(sandbox.status, 'running')
    assert.match(sandbox.name, /^[a-z]+-[a-z]+-[a-z]+-/)
    assert.equal(sandbox.persistent, true)
    assert.equal(sandbox.timeout, 300_000)
    assert.equal(sandbox.cwd, '/vercel/sandbox')
  })
  await check('Mesa and fuse3 are installed with sudo, and others may look into mounts', async () => {
    const install = await sandbox.runCommand({
      cmd: 'sh', args: ['-c', 'curl -fsSL https://mesa.dev/install.sh | sh -s -- --yes'], sudo: true })
    assert.equal(install.exitCode, 0, await install.stderr())
    assert.equal((await sandbox.runCommand({ cmd: 'dnf', args: ['install', '-y', 'fuse3'], sudo: true })).exitCode, 0)
    const fuse = await sandbox.runCommand({
      cmd: 'sh', args: ['-c', 'echo user_allow_other | tee -a /etc/fuse.conf\nchmod 666 /dev/fuse'], sudo: true })
    assert.equal(fuse.exitCode, 0)
    assert.equal((await sandbox.runCommand('mesa', ['--version'])).exitCode, 0)
    assert.match(await (await sandbox.runCommand('ls', ['-l', '/dev/fuse'])).stdout(), /^.rw-rw-rw-/)
  })
  await check('without sudo nothing is installed', async () => {
    const refused = await sandbox.runCommand({ cmd: 'dnf', args: ['install', '-y', 'fuse3'] })
    assert.notEqual(refused.exitCode, 0)
    assert.match(await refused.stderr(), /are you root/)
  })
  await check('a detached command goes on until it is killed', async () => {
    const mount = await sandbox.runCommand({ cmd: 'sh', args: ['-c', 'echo up; exec sleep 90'], detached: true })
    assert.equal(mount.exitCode, null)
    for await (const line of mount.logs()) {
      assert.deepEqual(line, { stream: 'stdout', data: 'up\n' })
      break
    }
    await mount.kill('SIGTERM')
    assert.equal((await mount.wait()).exitCode, 143)
  })
  await check('a stop keeps the disk of what is persistent, and delete ends it all', async () => {
    await sandbox.stop()
    assert.equal(sandbox.status, 'stopped')
    assert.ok(sandbox.currentSnapshotId)
    await sandbox.delete({ deleteOrphanSnapshots: true })
    await assert.rejects(() => Sandbox.get({ ...account(), name: sandbox.name, resume: false }), status(404))
  })
}

const status = (code) => (error) => error instanceof APIError && error.response.status === code

async function checkLife(sandbox) {
  await check('a sandbox has what it was made with', async () => {
    const same = await Sandbox.get({ ...account(), name: 'conformance', resume: false })
    assert.deepEqual(same.tags, { job: 'j 1&2=3' })
    assert.equal(same.persistent, false)
    assert.equal(same.currentSession().sessionId, sandbox.currentSession().sessionId)
    assert.ok(same.expiresAt > new Date())
    assert.match(sandbox.domain(3000), /^https:\/\/sb-/)
    assert.deepEqual(same.networkPolicy, sandbox.networkPolicy)
  })
  await check('a sandbox is found by its tag, its prefix and its status', async () => {
    const found = async (params) => (await Sandbox.list({ ...account(), ...params }).then((page) => page.toArray()))
      .map((one) => one.name)
    assert.deepEqual(await found({ tags: { job: 'j 1&2=3' } }), ['conformance'])
    assert.deepEqual(await found({ tags: { job: 'other' } }), [])
    assert.deepEqual(await found({ namePrefix: 'confor', sortBy: 'name' }), ['conformance'])
    assert.deepEqual(await found({ status: 'running' }), ['conformance'])
    await assert.rejects(() => Sandbox.list({ ...account(), namePrefix: 'confor' }), status(400))
  })
  await check('a long list comes in pages', async () => {
    const second = await create({ name: 'conformance-2', persistent: false })
    assert.equal(second.cwd, '/vercel')
    const names = []
    for await (const one of await Sandbox.list({ ...account(), limit: 1 })) names.push(one.name)
    assert.deepEqual(names, ['conformance-2', 'conformance'])
    await second.delete()
  })
  await check('time is extended by what is asked for, up to the plan', async () => {
    const before = sandbox.expiresAt ?? (await Sandbox.get({ ...account(), name: 'conformance', resume: false })).expiresAt
    await sandbox.extendTimeout(60_000)
    const after = (await Sandbox.get({ ...account(), name: 'conformance', resume: false })).expiresAt
    assert.equal(after - before, 60_000)
    await assert.rejects(() => sandbox.extendTimeout(25 * 3_600_000), status(400))
  })
  await check('tags and time are updated, and a network policy too', async () => {
    await sandbox.update({ tags: { job: 'new' }, timeout: 900_000 })
    assert.deepEqual(sandbox.tags, { job: 'new' })
    await sandbox.update({ networkPolicy: 'deny-all' })
    assert.equal(sandbox.networkPolicy, 'deny-all')
  })
  await check('its sessions are listed', async () => {
    const sessions = await sandbox.listSessions().then((page) => page.toArray())
    assert.deepEqual(sessions.map((one) => one.status), ['running'])
  })
}

async function checkCommands(sandbox) {
  await check('a command has both outputs and its exit code', async () => {
    const done = await sandbox.runCommand('sh', ['-c', 'echo out1; echo err1 >&2; echo out2; exit 3'])
    assert.equal(done.exitCode, 3)
    assert.equal(await done.stdout(), 'out1\nout2\n')
    assert.equal(await done.stderr(), 'err1\n')
  })
  await check('the user is the image\'s, and root with sudo', async () => {
    assert.equal(await (await sandbox.runCommand('whoami')).stdout(), 'vercel-sandbox\n')
    const home = await (await sandbox.runCommand('sh', ['-c', 'echo $HOME'])).stdout()
    assert.match(home, /\/home\/vercel-sandbox\n$/)
    assert.equal(await (await sandbox.runCommand({ cmd: 'id', args: ['-u'], sudo: true })).stdout(), '0\n')
  })
  await check('the environment of a command wins over the sandbox\'s', async () => {
    const script = { cmd: 'sh', args: ['-c', 'echo $FROM_CREATE $MORE'] }
    assert.equal(await (await sandbox.runCommand({ ...script, env: { MORE: 'x' } })).stdout(), 'ä x\n')
    assert.equal(await (await sandbox.runCommand({ ...script, env: { FROM_CREATE: 'y' } })).stdout(), 'y\n')
  })
  await check('logs are replayed from their beginning', async () => {
    const command = await sandbox.runCommand({ cmd: 'sh', args: ['-c', 'seq 500; echo bad >&2'], detached: true })
    assert.equal((await command.wait()).exitCode, 0)
    for (let times = 0; times < 2; times++) {
      const again = await sandbox.getCommand(command.cmdId)
      let out = ''
      for await (const line of again.logs()) out += line.stream === 'stdout' ? line.data : ''
      assert.equal(out.split('\n').length, 501)
    }
  })
  await check('a command that takes too long is killed', async () => {
    assert.equal((await sandbox.runCommand({ cmd: 'sleep', args: ['90'], timeoutMs: 100 })).exitCode, 137)
  })
  await check('a program or a folder that is not there is an error', async () => {
    await assert.rejects(() => sandbox.runCommand('nowhere'), (error) =>
      status(400)(error) && error.json.error.code === 'executable_not_found')
    await assert.rejects(() => sandbox.runCommand({ cmd: 'true', cwd: '/nowhere' }), status(400))
  })
}

async function checkFiles(sandbox) {
  await check('files are written with their modes and read', async () => {
    await sandbox.writeFiles([
      { path: 'a/b.txt', content: Buffer.from('ü\n') },
      { path: `a/${'long-'.repeat(40)}.txt`, content: Buffer.from('long') },
      { path: '/vercel/sandbox/run.sh', content: Buffer.from('#!/bin/sh\necho ran "$@"\n'), mode: 0o755 },
    ])
    assert.equal(String(await sandbox.readFileToBuffer({ path: 'a/b.txt' })), 'ü\n')
    assert.equal(String(await sandbox.readFileToBuffer({ path: `a/${'long-'.repeat(40)}.txt` })), 'long')
    assert.equal(await (await sandbox.runCommand('/vercel/sandbox/run.sh', ['x'])).stdout(), 'ran x\n')
    assert.equal(await sandbox.readFileToBuffer({ path: 'nope' }), null)
  })
  await check('binary files come back as they went', async () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256))
    await sandbox.writeFiles([{ path: 'bytes', content: bytes }])
    assert.deepEqual(await sandbox.readFileToBuffer({ path: 'bytes' }), bytes)
  })
  await check('a directory is made once', async () => {
    await sandbox.mkDir('d')
    await assert.rejects(() => sandbox.mkDir('d'), status(400))
  })
}

async function checkNetwork() {
  await check('injected headers are named in answers, without their values', async () => {
    const rule = [{ transform: [{ headers: { 'x-api-key': 'key-1' } }] }]
    const sandbox = await create({ persistent: false, networkPolicy: { allow: { 'api.example.com': rule, '*': [] } } })
    assert.deepEqual(sandbox.networkPolicy, {
      allow: { 'api.example.com': [{ transform: [{ headers: { 'x-api-key': '<redacted>' } }] }], '*': [] }, subnets: { allow: [], deny: [] },
    })
    await sandbox.delete()
  })
  await check('a host that is none is refused', async () => {
    for (const host of ['api*.example.com', '10.0.0.1', 'https://example.com']) {
      await assert.rejects(() => create({ networkPolicy: { allow: [host] } }), status(400))
    }
  })
}

async function checkSnapshot() {
  await check('a snapshot ends its session, and others start from it', async () => {
    const source = await create({ name: 'snapshot-source', runtime: 'node24', persistent: false })
    await source.writeFiles([{ path: 'kept.txt', content: Buffer.from('kept') }])
    const snapshot = await source.snapshot({ expiration: 86_400_000 })
    assert.equal(snapshot.status, 'created')
    const copy = await create({ source: { type: 'snapshot', snapshotId: snapshot.snapshotId }, persistent: false })
    assert.equal(String(await copy.readFileToBuffer({ path: 'kept.txt' })), 'kept')
    assert.equal(copy.currentSnapshotId, snapshot.snapshotId)
    const listed = await Snapshot.list({ ...account(), name: 'snapshot-source' }).then((page) => page.toArray())
    assert.deepEqual(listed.map((one) => one.id), [snapshot.snapshotId])
    await copy.delete()
    await source.delete()
    await snapshot.delete()
    assert.equal((await Snapshot.get({ ...account(), snapshotId: snapshot.snapshotId })).status, 'deleted')
    await assert.rejects(() => create({ source: { type: 'snapshot', snapshotId: snapshot.snapshotId } }), status(410))
  })
  await check('what is persistent comes back without its processes', async () => {
    const sandbox = await create({ name: 'comes-back', runtime: 'node24' })
    await sandbox.writeFiles([{ path: 'kept.txt', content: Buffer.from('kept') }])
    const first = sandbox.currentSession().sessionId
    await sandbox.stop()
    assert.equal(String(await sandbox.readFileToBuffer({ path: 'kept.txt' })), 'kept')
    assert.notEqual(sandbox.currentSession().sessionId, first)
    await sandbox.delete({ deleteOrphanSnapshots: true })
  })
}

async function checkRefusals() {
  await check('a name is taken once', async () => {
    const first = await create({ name: 'taken', persistent: false })
    await assert.rejects(() => create({ name: 'taken' }), status(400))
    await first.delete()
    await (await create({ name: 'taken', persistent: false })).delete()
  })
  await check('another token and another project are refused', async () => {
    await assert.rejects(() => create({ token: 'vcp_wrong' }), status(403))
    await assert.rejects(() => create({ projectId: 'prj_wrong' }), status(403))
  })
  await check('too large an environment is refused', async () => {
    await assert.rejects(() => create({ env: { LARGE: 'x'.repeat(4096) } }), status(400))
  })
  await check('what is stopped and not persistent is gone', async () => {
    const sandbox = await create({ name: 'gone', persistent: false })
    await sandbox.stop()
    await sandbox.stop()
    await assert.rejects(() => sandbox.runCommand('true'), status(400))
    await sandbox.delete()
  })
}
