/**
 * What each tenant may have: its limits, as they are configured, and its budget of sandbox time, as it is used. It knows no
 * sessions and no callers, so that both who checks a request and who admits a session can ask it.
 */
@NullMarked
package dev.caprock.tenant;

import org.jspecify.annotations.NullMarked;
