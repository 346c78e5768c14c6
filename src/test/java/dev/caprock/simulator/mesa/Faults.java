package dev.caprock.simulator.mesa;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;

/** What goes wrong, for which requests, how often. Of several faults that fit, the first one set is used. */
public final class Faults {
    private final List<Fault> faults = new CopyOnWriteArrayList<>();

    Faults() {}

    /** A fault for requests of a method whose raw path below the base path matches a regular expression. */
    public Fault on(String method, String path) {
        return on((m, p) -> m.equals(method) && p.matches(path));
    }

    /** A fault for requests by method and raw path below the base path. It does nothing until it is told what. */
    public Fault on(BiPredicate<String, String> request) {
        Fault fault = new Fault(request);
        faults.add(fault);
        return fault;
    }

    /** Ends all faults; requests that are held back go on. */
    public void clear() {
        faults.forEach(Fault::clear);
        faults.clear();
    }

    FaultEffect take(String method, String path) {
        for (Fault fault : faults) {
            FaultEffect effect = fault.take(method, path);
            if (!(effect instanceof FaultEffect.None)) {
                return effect;
            }
        }
        return new FaultEffect.None();
    }
}
