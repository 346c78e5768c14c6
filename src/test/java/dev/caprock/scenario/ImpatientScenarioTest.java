package dev.caprock.scenario;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.test.context.TestPropertySource;

/** A {@link ScenarioTest} whose service waits for nothing as long as it does in production: for tests of failures. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ScenarioTest
@TestPropertySource(
        properties = {
            "caprock.e2b.create-timeout=2s",
            "caprock.e2b.create-deadline=2s",
            "caprock.e2b.keepalive=2s",
            "caprock.vercel.create-timeout=2s",
            "caprock.lifecycle.mint-deadline=3s",
            "caprock.lifecycle.first-retry=100ms",
            "caprock.lifecycle.last-retry=1s",
            "caprock.lifecycle.stop-timeout=5s",
            "caprock.lifecycle.flush-timeout=7s",
            "caprock.lifecycle.verify-timeout=8s",
            "caprock.lifecycle.publish-timeout=11s",
            "caprock.remote.breaker.pause=1s"
        })
@interface ImpatientScenarioTest {}
