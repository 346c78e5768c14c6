package dev.caprock.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.caprock.simulator.e2b.E2bSettings;
import dev.caprock.simulator.e2b.E2bSimulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The vendors' own SDKs judge the simulators; the checks are in {@code src/test/conformance}. */
class ConformanceTest {

    private static final Path CHECKS = Path.of("src/test/conformance");

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void theVendorsOwnSdksFindNoDifference() throws Exception {
        sdksAreInstalled();
        try (var simulators = Simulators.start();
                var full = E2bSimulator.start(E2bSettings.of(Simulators.E2B_KEY).withConcurrency(0))) {
            var node = node(Map.of(
                    "MESA_API_URL", simulators.mesa().url().toString(),
                    "MESA_API_KEY", simulators.mesa().rootKey(),
                    "E2B_API_URL", simulators.e2b().apiUrl().toString(),
                    "E2B_SANDBOX_URL", simulators.e2b().sandboxUrl().toString(),
                    "E2B_API_KEY", Simulators.E2B_KEY,
                    "E2B_FULL_API_URL", full.apiUrl().toString(),
                    "VERCEL_API_URL", simulators.vercel().url().toString(),
                    "VERCEL_TOKEN", Simulators.VERCEL_TOKEN,
                    "VERCEL_TEAM_ID", Simulators.VERCEL_TEAM,
                    "VERCEL_PROJECT_ID", Simulators.VERCEL_PROJECT));
            try {
                node.inputReader().lines().forEach(System.out::println);
                assertThat(node.waitFor(10, TimeUnit.SECONDS))
                        .as("node has ended")
                        .isTrue();
                assertThat(node.exitValue())
                        .as("exit code of guide.mjs; its lines are above")
                        .isZero();
            } finally {
                node.destroyForcibly();
            }
        }
    }

    /** {@code .ci/run} installs them and insists; elsewhere they are a choice. */
    private static void sdksAreInstalled() {
        boolean installed = Files.isDirectory(CHECKS.resolve("node_modules/e2b"));
        if (Boolean.getBoolean("caprock.conformance.required")) {
            assertThat(installed).as("the SDKs are installed").isTrue();
        } else if (!installed) {
            System.out.println("conformance not run: npm ci --prefix " + CHECKS);
        }
        assumeThat(installed).as("npm ci --prefix " + CHECKS).isTrue();
    }

    private static Process node(Map<String, String> environment) throws IOException {
        var builder = new ProcessBuilder("node", CHECKS.resolve("guide.mjs").toString()).redirectErrorStream(true);
        builder.environment()
                .keySet()
                .removeIf(name -> name.matches("(?i)(E2B|MESA|VERCEL)_.*|https?_proxy|all_proxy"));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
