package dev.caprock.scenario;

import dev.caprock.CaprockApplication;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;

/** The service as a process of its own, which ends with the one that started it. */
public final class ServiceMain {

    private ServiceMain() {}

    public static void main(String[] args) {
        Thread.ofPlatform().daemon().name("parent").start(ServiceMain::endWithParent);
        var service = new SpringApplication(CaprockApplication.class);
        service.addInitializers(
                context -> context.getBeanFactory().registerSingleton("withoutTests", new WithoutTests()));
        service.run(args);
    }

    /** Our standard input is a pipe that the parent never writes to. */
    private static void endWithParent() {
        try {
            int ignored = System.in.read();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }

    /** The tests' own configurations lie on the class path, too. */
    private static final class WithoutTests extends TypeExcludeFilter {

        @Override
        public boolean match(MetadataReader reader, MetadataReaderFactory factory) {
            return reader.getAnnotationMetadata().hasAnnotation(TestConfiguration.class.getName());
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof WithoutTests;
        }

        @Override
        public int hashCode() {
            return WithoutTests.class.hashCode();
        }
    }
}
