// Mesa's SDK: repos, bookmarks, changes, merges, diffs, content and credentials.
import assert from 'node:assert/strict'
import { VIRTUAL_ROOT_CHANGE_ID } from '@mesadev/sdk'
import { check } from './check.mjs'
import { author, base64, client, text } from './remotes.mjs'

const mesa = client()
const repo = 'mesa-sdk'
const file = (path, content) => ({ path, content: base64(content) })
const status = (code) => ({ name: 'MesaApiError', status: code })

/** A change on top of another, with a bookmark if one is named. */
async function write(base, message, files, bookmark) {
  const change = await mesa.changes.create({ repo, base_change_id: base, message, author, files })
  if (bookmark) await mesa.bookmarks.create({ repo, name: bookmark, change_id: change.id })
  return change
}

export async function checkMesa() {
  let org
  await check('whoami names the organisation and the key', async () => {
    const me = await mesa.whoami()
    org = me.org.slug
    assert.ok(me.key_id)
    assert.ok(me.scopes.includes('admin'))
  })
  await checkRepos()
  const start = await checkChanges()
  await checkBookmarks(start)
  await checkReading(start)
  await checkMerges(start)
  await checkCredentials(org)
  await checkWebhookTargets()
}

async function checkRepos() {
  await check('repos are created, tagged, listed, renamed and deleted', async () => {
    const made = await mesa.repos.create({ name: repo, tags: { kind: 'test' } })
    assert.equal(made.head_change_id, VIRTUAL_ROOT_CHANGE_ID)
    assert.ok((await mesa.repos.list({ limit: 100 })).repos.some((one) => one.id === made.id))
    const other = await mesa.repos.create({ name: 'passing' })
    assert.equal((await mesa.repos.update({ repo: 'passing', name: 'passed', tags: { a: 'b' } })).id, other.id)
    assert.deepEqual((await mesa.repos.get({ repo: 'passed' })).tags, { a: 'b' })
    assert.equal((await mesa.repos.delete({ repo: 'passed' })).success, true)
    assert.ok((await mesa.org.get()).num_repos >= 1)
  })
  await check('a repo of the same name is refused, and one that is not there is not found', async () => {
    await assert.rejects(mesa.repos.create({ name: repo }), status(409))
    await assert.rejects(mesa.repos.get({ repo: 'passed' }), status(404))
  })
  await check('lists come in pages', async () => {
    const names = []
    let cursor
    do {
      const page = await mesa.repos.list({ limit: 1, cursor })
      names.push(...page.repos.map((one) => one.name))
      cursor = page.has_more ? page.next_cursor : undefined
    } while (cursor)
    assert.deepEqual(names.filter((name) => name === repo), [repo])
    assert.equal(new Set(names).size, names.length)
    await assert.rejects(mesa.repos.list({ limit: 101 }), status(400))
  })
}

async function checkChanges() {
  let start
  await check('a change is made of files; the first of a repo takes the default bookmark along', async () => {
    start = await write(VIRTUAL_ROOT_CHANGE_ID, 'Start', [file('README.md', 'one\ntwo\nthree\n'), file('src/a.txt', 'a\n')])
    assert.match(start.id, /^[k-z]{32}$/)
    assert.match(start.current_commit_oid, /^[0-9a-f]{40}$/)
    const read = await mesa.changes.get({ repo, change_id: start.id })
    assert.deepEqual(read.files, ['README.md', 'src/a.txt'])
    assert.deepEqual(read.conflicts, [])
    assert.equal(read.author.email, author.email)
    assert.equal((await mesa.bookmarks.get({ repo, bookmark: 'main' })).change_id, start.id)
  })
  await check('a patched change keeps its id and gets a new commit', async () => {
    const patched = await mesa.changes.patch({
      repo, change_id: start.id, author, message: 'Start anew', base_commit_oid: start.current_commit_oid,
      files: [file('src/b.txt', 'b\n'), { path: 'src/a.txt', action: 'delete' }],
    })
    assert.equal(patched.id, start.id)
    assert.notEqual(patched.current_commit_oid, start.current_commit_oid)
    assert.deepEqual((await mesa.changes.get({ repo, change_id: start.id })).files, ['README.md', 'src/b.txt'])
    assert.equal((await mesa.changes.patch({ repo, change_id: start.id, message: 'Start' })).message, 'Start')
  })
  await check('a change on an unknown base is refused', async () => {
    await assert.rejects(write('k'.repeat(32), 'Lost', [file('x', 'x')]), status(404))
  })
  return start
}

async function checkBookmarks(start) {
  await check('a bookmark with a slash is created, read, listed by pattern, moved and deleted', async () => {
    const bookmark = 'feature/x'
    const made = await mesa.bookmarks.create({ repo, name: bookmark, change_id: start.id })
    assert.deepEqual(made, { name: bookmark, change_id: start.id, is_default: false })
    assert.deepEqual(await mesa.bookmarks.get({ repo, bookmark }), made)
    assert.deepEqual((await mesa.bookmarks.list({ repo, glob: 'feature/*' })).bookmarks, [made])
    const next = await write(start.id, 'Next', [file('next.txt', 'n\n')])
    for (const still of [bookmark, 'main']) {
      assert.equal((await mesa.bookmarks.get({ repo, bookmark: still })).change_id, start.id)
    }
    assert.equal((await mesa.bookmarks.move({ repo, bookmark, change_id: next.id })).from_change_id, start.id)
    await assert.rejects(mesa.bookmarks.move({ repo, bookmark, change_id: start.id }), { name: 'MesaApiError' })
    assert.deepEqual((await mesa.changes.list({ repo, bookmark })).changes.map((one) => one.message), ['Next', 'Start'])
    await assert.rejects(mesa.bookmarks.create({ repo, name: bookmark, change_id: start.id }), status(409))
    assert.equal((await mesa.bookmarks.delete({ repo, bookmark })).success, true)
    await assert.rejects(mesa.bookmarks.get({ repo, bookmark }), status(404))
  })
}

async function checkReading(start) {
  await check('content is read at the default bookmark and at a change', async () => {
    const read = await mesa.content.get({ repo, path: 'README.md' })
    assert.equal(read.type, 'file')
    assert.equal(read.mode, '100644')
    assert.equal(text(read), 'one\ntwo\nthree\n')
    const folder = await mesa.content.get({ repo, change_id: start.id, depth: 2 })
    assert.equal(folder.type, 'dir')
    assert.deepEqual(folder.entries.map((one) => [one.path, one.type]), [['README.md', 'file'], ['src', 'dir']])
    assert.deepEqual(folder.entries[1].entries.map((one) => one.path), ['src/b.txt'])
    await assert.rejects(mesa.content.get({ repo, path: 'missing' }), status(404))
  })
  await check('a diff tells what was added, modified and deleted', async () => {
    const next = await write(start.id, 'Edit', [
      file('README.md', 'one\n2\nthree\n'), file('new.txt', 'new\n'), { path: 'src/b.txt', action: 'delete' },
    ])
    const diff = await mesa.diffs.get({ repo, base_change_id: start.id, head_change_id: next.id })
    assert.deepEqual(diff.entries.map((one) => [one.path, one.status]),
      [['README.md', 'modified'], ['new.txt', 'added'], ['src/b.txt', 'deleted']])
    assert.deepEqual([diff.stats.entries, diff.stats.additions, diff.stats.deletions, diff.stats.changes], [3, 2, 2, 4])
    assert.deepEqual(diff.entries[0].hunks[0].lines.filter((line) => line.kind !== 'context').map((line) => line.kind),
      ['deleted', 'added'])
    assert.equal(diff.truncated, false)
  })
}

async function checkMerges(start) {
  await check('bookmarks that differ in other files merge; merging again does nothing', async () => {
    await write(start.id, 'Left', [file('left.txt', 'l\n')], 'left')
    await write(start.id, 'Right', [file('right.txt', 'r\n')], 'right')
    const merged = await mesa.bookmarks.merge({ repo, target: 'left', source: 'right', message: 'Both' })
    assert.equal(merged.merge_type, 'merge_commit')
    assert.equal(merged.is_conflicted, false)
    const change = await mesa.changes.get({ repo, change_id: merged.change_id })
    assert.equal(change.parents.length, 2)
    assert.deepEqual(change.files, ['README.md', 'left.txt', 'right.txt', 'src/b.txt'])
    assert.equal((await mesa.bookmarks.merge({ repo, target: 'left', source: 'right' })).merge_type, 'no_op')
  })
  await check('a conflict is refused, changes nothing, and is resolved by taking a side', async () => {
    await write(start.id, 'Ours', [file('README.md', 'one\nours\nthree\n')], 'ours')
    const theirs = await write(start.id, 'Theirs', [file('README.md', 'one\ntheirs\nthree\n')], 'theirs')
    const before = await mesa.bookmarks.get({ repo, bookmark: 'ours' })
    await assert.rejects(mesa.bookmarks.merge({ repo, target: 'ours', source: 'theirs' }), (error) => {
      assert.deepEqual([error.name, error.status, error.code], ['MesaApiError', 409, 'MERGE_CONFLICT'])
      assert.match(JSON.stringify(error.body.error.details), /README\.md/)
      return true
    })
    assert.deepEqual(await mesa.bookmarks.get({ repo, bookmark: 'ours' }), before)
    const merged = await mesa.bookmarks.merge({
      repo, target: 'ours', source: 'theirs', delete_source: true, resolutions: [{ path: 'README.md', take: 'source' }],
    })
    assert.equal(merged.source_deleted, true)
    assert.equal(merged.is_conflicted, false)
    const read = await mesa.content.get({ repo, change_id: merged.change_id, path: 'README.md' })
    assert.equal(text(read), text(await mesa.content.get({ repo, change_id: theirs.id, path: 'README.md' })))
  })
}

async function checkCredentials(org) {
  await check('a signed token acts within its scopes and repos', async () => {
    const key = await mesa.apiKeys.create({ name: 'signer', scopes: ['read', 'write'], expires_in_seconds: 600 })
    const signed = await client(key.key).tokens.create({ scopes: ['read'], repos: [`${org}/${repo}`], ttl_seconds: 300 })
    const holder = client(signed.token, org)
    assert.equal((await holder.repos.get({ repo })).name, repo)
    assert.equal((await holder.whoami()).org.slug, org)
    await assert.rejects(holder.bookmarks.create({ repo, name: 'no', change_id: VIRTUAL_ROOT_CHANGE_ID }), status(403))
    await assert.rejects(holder.repos.get({ repo: 'guide-workspace' }), (error) => [403, 404].includes(error.status))
    await mesa.apiKeys.revoke({ id: key.id })
    await assert.rejects(holder.repos.get({ repo }), status(401))
    const listed = (await mesa.apiKeys.list()).api_keys.find((one) => one.id === key.id)
    assert.ok(listed === undefined || listed.revoked_at)
  })
  await check('keys are limited: no key from a key without admin, none shorter than 100 seconds', async () => {
    const key = await mesa.apiKeys.create({ expires_in_seconds: 100 })
    assert.deepEqual(key.scopes, ['read', 'write'])
    await assert.rejects(client(key.key).apiKeys.create({}), status(403))
    await assert.rejects(mesa.apiKeys.create({ expires_in_seconds: 99 }), status(400))
    await mesa.apiKeys.revoke({ id: key.id })
  })
  await check('an unknown key is 401', async () => {
    await assert.rejects(client('mesa_unknown', org).repos.list(), { ...status(401), code: 'UNAUTHENTICATED' })
  })
}

async function checkWebhookTargets() {
  await check('webhook targets are created with a secret, changed, listed and deleted', async () => {
    const target = await mesa.webhookTargets.create({ url: 'https://example.com/hook', events: ['change.evolved'] })
    assert.ok(target.secret)
    const changed = await mesa.webhookTargets.update({ webhookTargetId: target.id, name: 'n' })
    assert.deepEqual([changed.name, changed.secret, changed.events], ['n', undefined, ['change.evolved']])
    assert.ok((await mesa.webhookTargets.list()).webhook_targets.some((one) => one.id === target.id))
    assert.equal((await mesa.webhookTargets.delete({ webhookTargetId: target.id })).success, true)
  })
}
