package dev.caprock.workspace;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Finds out, once the service is up, how sandboxes can mount; {@link Modes} says it in the log. Start-up does not wait. */
@Component
class ProbeAtStart {

    private final Modes modes;

    ProbeAtStart(Modes modes) {
        this.modes = modes;
    }

    @EventListener(ApplicationReadyEvent.class)
    void probe() {
        Thread.ofVirtual().name("mesa probe").start(modes::findings);
    }
}
