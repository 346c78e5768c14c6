package dev.caprock.session.lifecycle;

import dev.caprock.trace.LogFields;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import org.springframework.stereotype.Component;

/** Has every log line that a thread writes as part of an action name session, run and action. */
@Component
class ActionLogFields implements ObservationHandler<ActionContext> {

    /** An action may have several threads. */
    private record Of(Thread thread) {

        static Of thisThread() {
            return new Of(Thread.currentThread());
        }
    }

    @Override
    public void onScopeOpened(ActionContext context) {
        context.put(Of.thisThread(), new LogFields(context.fields()));
    }

    @Override
    public void onScopeClosed(ActionContext context) {
        if (context.remove(Of.thisThread()) instanceof LogFields fields) {
            fields.close();
        }
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof ActionContext;
    }
}
