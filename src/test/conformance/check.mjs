// One line for each check, and the sum at the end.
import { setTimeout as delay } from 'node:timers/promises'

let passed = 0
let failed = 0

export async function check(sentence, body) {
  try {
    await body()
    passed++
    console.log(`ok      ${sentence}`)
  } catch (error) {
    failed++
    console.log(`FAILED  ${sentence}`)
    console.log(String(error?.stack ?? error).replaceAll(/^/gm, '          '))
  }
}

/** Ends the program: exit code 0 only if every check passed. */
export function conclude() {
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 && passed > 0 ? 0 : 1)
}

/** Asks again until there is an answer that is true; at most ten seconds. */
export async function eventually(question) {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await question()
    if (answer) return answer
    await delay(100)
  }
  throw new Error(`never true within ten seconds: ${question}`)
}
