package dev.caprock.session.lifecycle;

import dev.caprock.session.Sessions;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.util.ClassUtils;

/** A replica without the web, in this JVM: the session's room as Spring wires it, over rooms that it shares with others. */
final class MortalReplica implements AutoCloseable {

    private static final Set<Class<?>> BEANS = components();

    private final Life life;
    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class Transactions {}

    private MortalReplica(ApplicationContext rooms, Life life, Map<String, String> settings) {
        this.life = life;
        var binder = new Binder(new MapConfigurationPropertySource(settings));
        context.setParent(rooms);
        context.register(Transactions.class);
        BEANS.forEach(context::register);
        context.registerBean(Mortality.class, () -> new Mortality(life));
        context.registerBean(
                LifecycleSettings.class, () -> binder.bindOrCreate("caprock.lifecycle", LifecycleSettings.class));
        context.registerBean(FollowSettings.class, () -> binder.bindOrCreate("caprock.follow", FollowSettings.class));
    }

    static MortalReplica start(ApplicationContext rooms, Life life, Map<String, String> settings) {
        var replica = new MortalReplica(rooms, life, settings);
        life.lead(() -> {
            replica.context.refresh();
            return null;
        });
        life.struck().thenRun(replica::feel);
        return replica;
    }

    private static Set<Class<?>> components() {
        var classes = new LinkedHashSet<Class<?>>();
        ClassLoader loader = MortalReplica.class.getClassLoader();
        new ClassPathScanningCandidateComponentProvider(true)
                .findCandidateComponents("dev.caprock.session")
                .forEach(found ->
                        classes.add(ClassUtils.resolveClassName(String.valueOf(found.getBeanClassName()), loader)));
        classes.removeIf(type -> type.getPackageName().matches(".*\\.(web|sweep)"));
        classes.remove(InstallationMeters.class); // what rooms that outlive it read would keep it
        return classes;
    }

    /** What is dead starts nothing; what stands still finds, when it goes on, that its lease has run out. */
    private void feel() {
        Lease lease = context.getBean(Lease.class);
        if (life.isDead()) {
            lease.drop();
            context.getBean(Nudge.class).everyone();
        } else {
            lease.renewed(lease.now(), Duration.ZERO);
        }
    }

    Life life() {
        return life;
    }

    UUID id() {
        return context.getBean(Replica.class).id();
    }

    Sessions sessions() {
        return context.getBean(Sessions.class);
    }

    void nudge() {
        context.getBean(Nudge.class).due();
    }

    @Override
    public void close() {
        life.lead(() -> {
            context.close();
            return null;
        });
    }
}
