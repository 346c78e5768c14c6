package dev.caprock.session.lifecycle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * All ways for a replica to crash, made from the steps that replicas were seen to take: a new action, a further request or
 * another transaction is in it without being named here.
 */
final class CrashMatrix {

    /** A crash in a story. */
    record Case(Story story, String provider, Crash crash) {

        @Override
        public String toString() {
            return "%s on %s, %s".formatted(story, provider, crash);
        }
    }

    private record Point(String provider, Step step, int number) {}

    private final Map<Point, List<Case>> cases = new LinkedHashMap<>();
    private final Set<String> actions = new TreeSet<>();
    private final Set<String> transactions = new TreeSet<>();

    /** Adds the steps of a story in which nobody crashed, as far as no story before it took them. */
    void add(Story story, String provider, Map<Step, Integer> steps) {
        steps.forEach((step, times) -> {
            actions.addAll(List.of(step.action().split("\\+", -1)));
            if (step.kind() == Step.Kind.COMMIT) {
                transactions.add(step.what());
            }
            for (int number : numbers(step, times)) {
                cases.computeIfAbsent(
                        new Point(provider, step, number),
                        point -> crashes(step, number)
                                .map(crash -> new Case(story, provider, crash))
                                .toList());
            }
        });
    }

    /** The first and the last time; only the first of what is done as often as chance wants it. */
    private static Set<Integer> numbers(Step step, int times) {
        boolean counted = step.kind() == Step.Kind.EXCHANGE || step.what().equals("Desk.record");
        boolean chance = step.action().equals("Follow") || step.what().contains("whoami");
        return counted && !chance ? new TreeSet<>(List.of(1, times)) : Set.of(1);
    }

    private static Stream<Crash> crashes(Step step, int number) {
        return switch (step.kind()) {
            case COMMIT -> commits(step, number);
            case EXCHANGE -> exchanges(step, number);
        };
    }

    private static Stream<Crash> commits(Step step, int number) {
        return Stream.of(
                commit(step, number, Crash.Side.AFTER, Crash.Manner.DIES),
                commit(step, number, Crash.Side.BEFORE, Crash.Manner.FREEZES),
                commit(step, number, Crash.Side.BEFORE, Crash.Manner.DIES));
    }

    private static Crash commit(Step step, int number, Crash.Side side, Crash.Manner manner) {
        return new Crash(step, number, side, Crash.Answer.DONE, Crash.Moment.AT_ONCE, manner);
    }

    private static Stream<Crash> exchanges(Step step, int number) {
        var all = new ArrayList<Crash>();
        for (Crash.Moment moment : Crash.Moment.values()) {
            for (Crash.Answer answer : Crash.Answer.values()) {
                all.add(new Crash(step, number, Crash.Side.AFTER, answer, moment, Crash.Manner.DIES));
            }
        }
        all.add(commit(step, number, Crash.Side.AFTER, Crash.Manner.FREEZES));
        all.add(commit(step, number, Crash.Side.BEFORE, Crash.Manner.DIES));
        return all.stream();
    }

    /** Every way to crash at every point. */
    List<Case> all() {
        return cases.values().stream().flatMap(List::stream).toList();
    }

    /**
     * Of one provider, one way for each exchange and for every other transaction, a different one from point to point; of both,
     * for a request that makes or ends something at a remote's control API also that it was done and the replica died before it
     * could say so.
     */
    List<Case> slice() {
        var chosen = new LinkedHashSet<Case>();
        int turn = 0;
        for (List<Case> ways : cases.values()) {
            Case first = ways.getFirst();
            boolean exchange = first.crash().step().kind() == Step.Kind.EXCHANGE;
            if (first.provider().equals("e2b")) {
                if (exchange || turn % 2 == 0) {
                    chosen.add(ways.get(turn % ways.size()));
                }
                turn += 5; // odd, and no divisor of either number of ways
            }
            if (makesOrEnds(first.crash().step())) {
                chosen.add(first);
            }
        }
        return List.copyOf(chosen);
    }

    private static boolean makesOrEnds(Step step) {
        return step.kind() == Step.Kind.EXCHANGE && step.what().matches("(POST|DELETE) .*/(sandboxes|api-keys)(/\\*)?");
    }

    int points() {
        return cases.size();
    }

    /** The names of all actions that were seen. */
    Set<String> actions() {
        return actions;
    }

    /** The transactions that were seen. */
    Set<String> transactions() {
        return transactions;
    }
}
