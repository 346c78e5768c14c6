/**
 * The whole service against simulated remotes, spoken to only as a caller does: over HTTP. {@link
 * dev.caprock.scenario.Scenario} is the way in; {@link dev.caprock.scenario.ScenarioTest} starts it all, once for all classes.
 */
@NullMarked
package dev.caprock.scenario;

import org.jspecify.annotations.NullMarked;
