/**
 * Tells other software of events, by the rules of <a href="https://www.standardwebhooks.com">Standard Webhooks</a>.
 *
 * <p>A delivery is a row that is written in the transaction which appends its event (an outbox), so none is lost and none is
 * invented. It is sent at least once: a lost answer, or a replica that dies between sending and recording, has it sent again with
 * the same id. To one webhook the events of a session go in the order of the journal: a later one waits until the earlier one is
 * delivered or given up. Between sessions, and once something is replayed, there is no order.
 *
 * <p>Whichever replica appends an event looks for work as soon as it has committed; a recurring job looks for what is due again,
 * and for what a dead replica left. Work is claimed webhook by webhook under the webhook's lock: a few sends at a time while
 * it answers well, one while it fails, none while it rests, whatever waits for it. So nothing is sent twice at once, a receiver
 * that comes back is not stormed, and a slow one holds up nobody else. Claims are judged by the replicas' clocks, and outlast
 * the longest send by far: clocks may differ by that much.
 *
 * <p>A receiver is chosen by a caller, and we connect from inside the operator's network. So each address is checked where the
 * connection is made, by the one look-up that it uses: there is no second one for an attacker to answer otherwise.
 */
@NullMarked
package dev.caprock.webhook;

import org.jspecify.annotations.NullMarked;
