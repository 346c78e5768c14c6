package dev.caprock.simulator.e2b;

import dev.caprock.simulator.machine.Exit;

/** What a subscriber to a process is told. */
sealed interface ProcessEvent {

    /** @param stream {@code stdout} or {@code stderr} */
    record Data(String stream, byte[] bytes) implements ProcessEvent {}

    record End(Exit exit) implements ProcessEvent {}

    /** The sandbox is gone or paused. */
    record Lost() implements ProcessEvent {}
}
