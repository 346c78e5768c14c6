// Where the simulators are; ConformanceTest says it in the environment. The E2B SDK reads its own variables.
import { Mesa } from '@mesadev/sdk'

function setting(name) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} must be set; run this by ConformanceTest`)
  return value
}

for (const name of ['E2B_API_KEY', 'E2B_API_URL', 'E2B_SANDBOX_URL']) setting(name)

/** An E2B whose account may have no sandbox more. */
export const fullE2b = setting('E2B_FULL_API_URL')

/** A client of Mesa with some credential, or as the organisation's admin. */
export function client(apiKey = setting('MESA_API_KEY'), org = undefined) {
  return new Mesa({ apiKey, org, apiUrl: setting('MESA_API_URL') })
}

export const text = (content) => Buffer.from(content.content, 'base64').toString()
export const base64 = (string) => Buffer.from(string).toString('base64')
export const author = { name: 'Conformance', email: 'conformance@example.com' }
