// The program of Mesa's guide for E2B: a repo, a key, a sandbox, a mount, an agent, and what it leaves in Mesa.
import assert from 'node:assert/strict'
import { Sandbox } from 'e2b'
import { check, eventually } from './check.mjs'
import { author, base64, client, text } from './remotes.mjs'

const mesa = client()

/** In a bare sandbox: everything is installed at run time. */
export async function checkInstallation() {
  const work = await prepareRepo('guide-workspace')
  let sandbox
  await check('a sandbox starts from the default template', async () => {
    sandbox = await Sandbox.create({ timeoutMs: 900_000, metadata: { job: work.repo } })
    assert.match(sandbox.sandboxId, /^[a-z0-9]+$/)
    assert.equal(await sandbox.isRunning(), true)
  })
  const root = (command) => sandbox.commands.run(command, { user: 'root', timeoutMs: 0 })

  await check('the command user is not root, and root is when asked for', async () => {
    assert.equal((await sandbox.commands.run('whoami')).stdout, 'user\n')
    assert.equal((await root('whoami; id -u')).stdout, 'root\n0\n')
  })
  await check('packages, Mesa and the agent are installed as root', async () => {
    await root('export DEBIAN_FRONTEND=noninteractive; apt-get update && apt-get install -y ca-certificates curl fuse3 gpg')
    await root("sed -i 's/^#user_allow_other/user_allow_other/' /etc/fuse.conf && chmod 666 /dev/fuse")
    await root('set -o pipefail; curl -fsSL https://mesa.dev/install.sh | sh -s -- --yes --version 0.46.0')
    await root('npm install -g @anthropic-ai/claude-code')
    assert.match((await sandbox.commands.run('mesa --version')).stdout, /0\.46\.0/)
    assert.match((await sandbox.commands.run('grep ^user_allow_other /etc/fuse.conf; ls -l /dev/fuse')).stdout, /^user_allow_other\n.rw-rw-rw-/)
  })
  await runAgent(sandbox, work)
  await check('the sandbox is killed once and is gone then', async () => {
    assert.equal(await sandbox.kill(), true)
    assert.equal(await sandbox.kill(), false)
    assert.equal(await sandbox.isRunning(), false)
  })
}

/** From a template that has all that the agent needs. */
export async function checkTemplate() {
  const work = await prepareRepo('template-workspace')
  let sandbox
  await check('a sandbox starts from my-mesa-template', async () => {
    sandbox = await Sandbox.create('my-mesa-template', { timeoutMs: 900_000 })
    assert.equal((await sandbox.getInfo()).name, 'my-mesa-template')
  })
  await runAgent(sandbox, work)
  await sandbox.kill()
}

async function prepareRepo(repo) {
  const work = { repo, org: (await mesa.whoami()).org.slug }

  await check(`repo ${repo} is created, with a first change on main`, async () => {
    const made = await mesa.repos.create({ name: repo })
    assert.equal(made.default_bookmark, 'main')
    assert.equal(made.head_change_id, 'z'.repeat(32))
    const change = await mesa.changes.create({
      repo, base_change_id: made.head_change_id, message: 'Start', author,
      files: [{ path: 'README.md', content: base64('A repo for agents.\n') }],
    })
    assert.equal((await mesa.bookmarks.get({ repo, bookmark: 'main' })).change_id, change.id)
    work.before = change
    work.id = made.id
  })
  await check('a key for the sandbox alone is created', async () => {
    const key = await mesa.apiKeys.create({
      name: `sandbox of ${repo}`, scopes: ['read', 'write'], repo_ids: [work.id], expires_in_seconds: 3600,
    })
    assert.match(key.key, /^mesa_/)
    work.key = key
  })
  return work
}

async function runAgent(sandbox, work) {
  const { org, repo } = work
  const folder = `.local/share/mesa/mnt/${org}/${repo}`
  const prompt = `Say hello to ${repo}`

  await check('mesa mounts the repo in the background, as the user, with MESA_ORGS', async () => {
    const mounted = await sandbox.commands.run('MESA_RUNTIME_DIR=~/.mesa mesa mount -d -y', {
      envs: { MESA_ORGS: `${org}:${work.key.key}` },
    })
    assert.equal(mounted.exitCode, 0)
    await eventually(async () =>
      (await sandbox.commands.run(`test -d ~/${folder} && test -w ~/${folder} && echo ready || true`)).stdout === 'ready\n')
    assert.equal((await sandbox.commands.run(`cat ~/${folder}/README.md`)).stdout, 'A repo for agents.\n')
  })
  await check('the agent works in the mount and speaks while it works', async () => {
    const heard = []
    const ended = await sandbox.commands.run(`cd ~/${folder} && claude -p --output-format stream-json --verbose "${prompt}"`, {
      envs: { ANTHROPIC_API_KEY: 'any' }, timeoutMs: 0, onStdout: (data) => { heard.push(data) },
    })
    assert.equal(heard.join(''), ended.stdout)
    assert.ok(heard.length > 1, 'all output came at once')
    const result = JSON.parse(ended.stdout.trim().split('\n').at(-1))
    assert.equal(result.type, 'result')
    assert.equal(result.is_error, false)
  })
  await check('its work is read by a command and by the files API', async () => {
    assert.equal((await sandbox.commands.run(`cat /home/user/${folder}/CLAUDE_WAS_HERE.md`)).stdout, `${prompt}\n`)
    const path = `/home/user/${folder}`
    assert.equal(await sandbox.files.read(`${path}/CLAUDE_WAS_HERE.md`), `${prompt}\n`)
    const names = (await sandbox.files.list(path)).map((entry) => entry.name).sort()
    assert.deepEqual(names, ['CLAUDE_WAS_HERE.md', 'README.md'])
  })
  await check('its work is in Mesa: content, bookmark, change and diff', async () => {
    const written = await eventually(() =>
      mesa.content.get({ repo, path: 'CLAUDE_WAS_HERE.md' }).catch((error) => { if (error.status !== 404) throw error }))
    assert.equal(text(written), `${prompt}\n`)
    const main = await mesa.bookmarks.get({ repo, bookmark: 'main' })
    const change = await mesa.changes.get({ repo, change_id: main.change_id })
    assert.notEqual(change.current_commit_oid, work.before.current_commit_oid)
    assert.ok(change.files.includes('CLAUDE_WAS_HERE.md'))
    const listed = await mesa.changes.list({ repo, bookmark: 'main' })
    assert.ok(listed.changes.some((one) => one.id === change.id))
    const diff = await mesa.diffs.get({ repo, base_change_id: 'z'.repeat(32), head_change_id: change.id })
    assert.deepEqual(diff.entries.map((entry) => [entry.path, entry.status]).sort(),
      [['CLAUDE_WAS_HERE.md', 'added'], ['README.md', 'added']])
    assert.deepEqual(diff.entries.find((entry) => entry.path.startsWith('CLAUDE')).hunks[0].lines.map((line) => line.kind), ['added'])
  })
  await check('the mount flushes and ends when it is asked to', async () => {
    await sandbox.commands.run(`echo last >~/${folder}/last.txt; kill "$(cat ~/.mesa/mesa.pid)"`)
    await eventually(async () =>
      (await sandbox.commands.run('mountpoint -q ~/.local/share/mesa/mnt || echo gone')).stdout === 'gone\n')
    assert.equal(text(await mesa.content.get({ repo, path: 'last.txt' })), 'last\n')
  })
  await check('the key is revoked and refused from then on', async () => {
    const holder = client(work.key.key, org)
    assert.equal((await holder.repos.get({ repo })).name, repo)
    assert.equal((await mesa.apiKeys.revoke({ id: work.key.id })).success, true)
    await assert.rejects(holder.repos.get({ repo }), { name: 'MesaApiError', status: 401 })
  })
}
