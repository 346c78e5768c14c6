// Judges the simulators by the vendors' own SDKs: first the program of Mesa's guide for E2B, then each vendor's
// calls, the program of the guide for Vercel among them.
import { conclude } from './check.mjs'
import { checkE2b } from './e2b.mjs'
import { checkInstallation, checkTemplate } from './agent.mjs'
import { checkMesa } from './mesa.mjs'
import { checkVercel } from './vercel.mjs'

await checkInstallation()
await checkTemplate()
await checkE2b()
await checkMesa()
await checkVercel()
conclude()
