package dev.caprock.workspace;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Which credential modes work here. Mesa is asked once; where a configured mode was found not to work, again from time to time
 * in the background, since that may pass.
 */
@Component
public class Modes {

    private static final Logger log = LoggerFactory.getLogger(Modes.class);
    private static final Duration REPEAT = Duration.ofSeconds(30);

    private final MesaSettings settings;
    private final ModeProbe probe;
    private final Clock clock;
    private final Executor background;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile @Nullable Look last;

    private record Look(List<Finding> findings, Instant at) {}

    @Autowired
    Modes(MesaSettings settings, Workspaces workspaces, Clock clock) {
        this(
                settings,
                workspaces,
                clock,
                look -> Thread.ofVirtual().name("mesa probe").start(look));
    }

    Modes(MesaSettings settings, Workspaces workspaces, Clock clock, Executor background) {
        this.settings = settings;
        this.probe = new ModeProbe(settings, workspaces.mesa(), workspaces.signer());
        this.clock = clock;
        this.background = background;
    }

    /** All modes, and what keeps each from working. Waits for Mesa only where nobody has looked yet: three calls at most. */
    public List<Finding> findings() {
        Look seen = last;
        if (seen == null) {
            return first();
        }
        boolean mayPass = seen.findings().stream().anyMatch(this::isWorthAnotherLook);
        if (mayPass && !clock.instant().isBefore(seen.at().plus(REPEAT)) && looking.compareAndSet(false, true)) {
            background.execute(this::lookAgain);
        }
        return seen.findings();
    }

    private boolean isWorthAnotherLook(Finding finding) {
        return !finding.works()
                && switch (finding.mode().needs()) {
                    case API_KEY -> settings.apiKey() != null;
                    case PRIVATE_KEY -> settings.hasPrivateKey();
                };
    }

    private synchronized List<Finding> first() {
        Look seen = last;
        return seen == null ? look() : seen.findings();
    }

    private void lookAgain() {
        try {
            look();
        } finally {
            looking.set(false);
        }
    }

    private List<Finding> look() {
        Look before = last;
        List<Finding> found = probe.look().stream()
                .map(finding -> finding.sure() || before == null ? finding : of(finding.mode(), before.findings()))
                .toList();
        last = new Look(found, clock.instant());
        if (before == null || !before.findings().equals(found)) {
            tell(found);
        }
        return found;
    }

    private void tell(List<Finding> findings) {
        String works = findings.stream()
                .filter(Finding::works)
                .map(finding -> finding.mode().toString())
                .collect(Collectors.joining(","));
        String others = problems(findings);
        switch (choose(settings.credentialMode(), false, Duration.ZERO, findings)) {
            case Choice.Of(CredentialMode mode) ->
                log.info("mesa credential={} by default; working={} {}", mode, works, others);
            case Choice.None(String reason) -> log.warn("no session can be opened: {} working={}", reason, works);
        }
    }

    /**
     * The mode for a session.
     *
     * @param asked a mode's name, or {@code auto}; null means as configured
     * @param mixed whether the session has repositories to read only beside others to write
     * @param life how long its credential is to live; where there is a choice, one that may live so long is preferred
     */
    public Choice choose(@Nullable String asked, boolean mixed, Duration life) {
        return choose(asked == null ? settings.credentialMode() : asked, mixed, life, findings());
    }

    private static Choice choose(String asked, boolean mixed, Duration life, List<Finding> findings) {
        List<CredentialMode> wanted = asked.equals(CredentialMode.AUTO)
                ? CredentialMode.PREFERENCE
                : CredentialMode.named(asked).stream().toList();
        if (wanted.isEmpty()) {
            return new Choice.None("There is no credential mode \"%s\".".formatted(asked));
        }
        List<CredentialMode> able =
                wanted.stream().filter(mode -> !mixed || mode.mixesRights()).toList();
        if (able.isEmpty()) {
            return new Choice.None(
                    "Repositories to read only beside others to write need the credential mode layout, not %s."
                            .formatted(asked));
        }
        List<CredentialMode> working =
                able.stream().filter(mode -> of(mode, findings).works()).toList();
        return working.stream()
                .filter(mode -> mode.longestLife().compareTo(life) >= 0)
                .findFirst()
                .or(() -> working.stream().findFirst())
                .<Choice>map(Choice.Of::new)
                .orElseGet(() -> new Choice.None(
                        problems(able.stream().map(mode -> of(mode, findings)).toList())));
    }

    private static Finding of(CredentialMode mode, List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.mode() == mode)
                .findFirst()
                .orElseThrow();
    }

    /** Why those that do not work do not, each reason once. */
    private static String problems(List<Finding> findings) {
        var modes = new LinkedHashMap<String, String>();
        for (Finding finding : findings) {
            if (finding.problem() != null) {
                modes.merge(finding.problem(), finding.mode().toString(), (some, one) -> some + ", " + one);
            }
        }
        return modes.entrySet().stream()
                .map(reason -> "No %s: %s".formatted(reason.getValue(), reason.getKey()))
                .collect(Collectors.joining(" "));
    }

    /** What to mount with, or why not. */
    public sealed interface Choice {

        record Of(CredentialMode mode) implements Choice {}

        /** @param reason sentences for the operator; no secret in them */
        record None(String reason) implements Choice {}
    }
}
