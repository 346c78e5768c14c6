package dev.caprock.session.lifecycle;

import dev.caprock.id.Ids;
import dev.caprock.id.PublicId;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.sandbox.Network;
import dev.caprock.sandbox.Provider;
import dev.caprock.sandbox.Sandbox;
import dev.caprock.sandbox.Specification;
import dev.caprock.session.Resource;
import dev.caprock.session.ResourceState;
import dev.caprock.session.Session;
import dev.caprock.session.Sessions;
import java.time.Instant;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Makes the sandbox, tagged with its attempt so that it can be found if the answer is lost. */
@Component
class CreatingSandbox implements Doing<Action.CreateSandbox> {

    private static final Logger log = LoggerFactory.getLogger(CreatingSandbox.class);

    private final Sandboxes sandboxes;
    private final Sessions sessions;
    private final Networks networks;
    private final Installation installation;
    private final LifecycleSettings settings;
    private final Admission admission;
    private final FailOver failOver;
    private final Ids ids;

    CreatingSandbox(
            Sandboxes sandboxes,
            Sessions sessions,
            Networks networks,
            Installation installation,
            LifecycleSettings settings,
            Admission admission,
            FailOver failOver,
            Ids ids) {
        this.sandboxes = sandboxes;
        this.sessions = sessions;
        this.networks = networks;
        this.installation = installation;
        this.settings = settings;
        this.admission = admission;
        this.failOver = failOver;
        this.ids = ids;
    }

    @Override
    public Class<Action.CreateSandbox> action() {
        return Action.CreateSandbox.class;
    }

    @Override
    public void intend(Session session, Action.CreateSandbox create, Instant now) {
        session.intend(create.subject(), ids.next(), sandboxes.provider(session).account(), now);
    }

    @Override
    public Outcome perform(Session session, Action.CreateSandbox create, Progress progress) {
        Resource row = session.resource(create.subject());
        Provider provider = sandboxes.provider(session);
        Network network = networks.of(session);
        admission.begun(session);
        try {
            return new Created(session.id(), row, provider, provider.create(specification(session, row, network)));
        } catch (RemoteFailure failure) {
            return failOver.making(session, create.subject(), failure.reworded(network::masked));
        }
    }

    private Specification specification(Session session, Resource row, Network network) {
        return new Specification(
                installation.tag(),
                PublicId.digits(session.id()),
                PublicId.digits(row.attempt()),
                session.terms().template(),
                settings.sandboxLease(),
                session.terms().vcpus(),
                network);
    }

    private final class Created implements Outcome {

        private final UUID session;
        private final Resource row;
        private final Provider provider;
        private final Sandbox sandbox;

        Created(UUID session, Resource row, Provider provider, Sandbox sandbox) {
            this.session = session;
            this.row = row;
            this.provider = provider;
            this.sandbox = sandbox;
        }

        @Override
        public void record(Session session, Instant now) {
            sandboxes.keep(session, row, sandbox);
            session.sandboxCreated(row.id(), sandbox.id(), row.intentAt().plus(settings.sandboxLease()), now);
        }

        /** As long as the row still asks for this very attempt, whoever holds the session now finds it, or has. */
        @Override
        public void fenced() {
            if (isExplained()) {
                return;
            }
            try {
                provider.destroy(sandbox.id());
            } catch (RemoteFailure failure) {
                log.warn("sandbox={} was made by a fenced call and could not be destroyed", sandbox.id(), failure);
            }
        }

        private boolean isExplained() {
            Resource current = sessions.get(session).resource(row.id());
            return sandbox.id().equals(current.externalIdOrNull())
                    || (current.is(ResourceState.INTENDED) && current.attempt().equals(row.attempt()));
        }
    }
}
