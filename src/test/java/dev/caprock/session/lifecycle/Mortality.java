package dev.caprock.session.lifecycle;

import static java.util.Objects.requireNonNull;

import dev.caprock.session.Session;
import dev.caprock.session.Sessions;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.dao.DataAccessResourceFailureException;

/** Makes each transaction of a replica that others can see a step of its life, and lets each call say what it is. */
final class Mortality implements BeanPostProcessor {

    /** The transactions that write, apart from the heartbeat. */
    static final Map<Class<?>, Set<String>> COMMITS = Map.of(
            Sessions.class, Set.of("accept", "close", "queueRun", "cancelRun"),
            Agenda.class, Set.of("claim", "release", "finish"),
            Desk.class, Set.of("move", "intend", "record"),
            FollowDesk.class, Set.of("append", "rebase", "exited", "lost", "sandboxLost", "leave"));

    private final Life life;

    Mortality(Life life) {
        this.life = life;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof Doing<?> doing) {
            return new Named<>(doing);
        }
        if (bean instanceof Advised advised) {
            COMMITS.entrySet().stream()
                    .filter(entry -> entry.getKey().isInstance(bean))
                    .forEach(entry -> advised.addAdvice(0, stepping(entry.getKey(), entry.getValue())));
        }
        return bean;
    }

    private MethodInterceptor stepping(Class<?> type, Set<String> methods) {
        return call -> {
            String method = call.getMethod().getName();
            if (!methods.contains(method)) {
                return call.proceed();
            }
            var step = new Step(Step.Kind.COMMIT, action(type, call), type.getSimpleName() + "." + method);
            if (method.equals("claim")) { // only now do we know whether it is one
                Object claims = call.proceed();
                return claims instanceof List<?> list && list.isEmpty() ? claims : gone(step, claims, true);
            }
            return gone(step, call, false);
        };
    }

    private @Nullable Object gone(Step step, @Nullable Object call, boolean done) throws Throwable {
        int ignored = life.before(step);
        requireLife();
        Object result = !done && call instanceof MethodInvocation invocation ? invocation.proceed() : call;
        if (!(result instanceof Optional<?> optional && optional.isEmpty()) && !Boolean.FALSE.equals(result)) {
            life.after(step);
            requireLife();
        }
        return result;
    }

    private void requireLife() {
        if (!life.goesOn()) {
            throw new DataAccessResourceFailureException("this replica is dead");
        }
    }

    private static String action(Class<?> type, MethodInvocation call) {
        if (type == FollowDesk.class) {
            return "Follow";
        }
        if (type == Sessions.class) {
            return "Caller";
        }
        if (type == Agenda.class) {
            return "Agenda";
        }
        return switch (call.getMethod().getName()) {
            case "intend" -> requireNonNull(call.getArguments()[3]).getClass().getSimpleName();
            case "move" -> moves((Collection<?>) requireNonNull(call.getArguments()[2]));
            default -> String.valueOf(Life.action());
        };
    }

    private static String moves(Collection<?> moves) {
        return moves.stream().map(move -> move.getClass().getSimpleName()).collect(Collectors.joining("+"));
    }

    /** A doing whose thread, and each that it starts, knows what it does. */
    private record Named<A extends Action.Call>(Doing<A> doing) implements Doing<A> {

        @Override
        public Class<A> action() {
            return doing.action();
        }

        @Override
        public void intend(Session session, A action, Instant now) {
            doing.intend(session, action, now);
        }

        @Override
        public Outcome perform(Session session, A action, Progress progress) {
            Life.beginAction(action.getClass().getSimpleName());
            return doing.perform(session, action, progress);
        }
    }
}
