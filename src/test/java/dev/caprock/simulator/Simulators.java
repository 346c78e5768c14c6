package dev.caprock.simulator;

import dev.caprock.simulator.e2b.E2bSettings;
import dev.caprock.simulator.e2b.E2bSimulator;
import dev.caprock.simulator.mesa.MesaMounts;
import dev.caprock.simulator.mesa.MesaSimulator;
import dev.caprock.simulator.vercel.Plan;
import dev.caprock.simulator.vercel.VercelSettings;
import dev.caprock.simulator.vercel.VercelSimulator;
import java.util.Map;

/**
 * All remotes that the service needs, simulated on loopback and wired to each other: the machines of the E2B simulator mount
 * the repos of the Mesa simulator.
 */
public final class Simulators implements AutoCloseable {

    public static final String E2B_KEY = "e2b_0123456789abcdef0123456789abcdef01234567";

    public static final String VERCEL_TOKEN = "vercel-token-of-the-simulator";
    public static final String VERCEL_TEAM = "team_acme";
    public static final String VERCEL_PROJECT = "prj_acme";

    private final MesaSimulator mesa = MesaSimulator.start();
    private final String privateKey = mesa.privateKey();
    private final MesaMounts mounts = new MesaMounts(mesa.url());
    private final E2bSimulator e2b;
    private final VercelSimulator vercel;

    private Simulators() {
        vercel = VercelSimulator.start(VercelSettings.of(VERCEL_TOKEN, VERCEL_TEAM, VERCEL_PROJECT, mounts::attach)
                .withPlan(Plan.PRO));
        e2b = E2bSimulator.start(E2bSettings.of(E2B_KEY, mounts::attach).withConcurrency(1000));
    }

    public static Simulators start() {
        return new Simulators();
    }

    public MesaSimulator mesa() {
        return mesa;
    }

    public MesaMounts mounts() {
        return mounts;
    }

    public E2bSimulator e2b() {
        return e2b;
    }

    public VercelSimulator vercel() {
        return vercel;
    }

    /** The settings that make the service use them. */
    public Map<String, String> properties() {
        return Map.of(
                "caprock.mesa.private-key",
                privateKey,
                "caprock.vercel.token",
                VERCEL_TOKEN,
                "caprock.vercel.team-id",
                VERCEL_TEAM,
                "caprock.vercel.project-id",
                VERCEL_PROJECT,
                "caprock.vercel.api-url",
                vercel.url().toString(),
                "caprock.mesa.api-key",
                mesa.rootKey(),
                "caprock.mesa.api-url",
                mesa.url().toString(),
                "caprock.e2b.api-key",
                E2B_KEY,
                "caprock.e2b.api-url",
                e2b.apiUrl().toString(),
                "caprock.e2b.sandbox-url",
                e2b.sandboxUrl().toString());
    }

    @Override
    public void close() {
        e2b.close();
        vercel.close();
        mounts.close();
        mesa.close();
    }
}
