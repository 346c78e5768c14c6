package dev.caprock.secrets;

import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The master keys of this replica: the current one wraps new data keys, and each of them unwraps what it has wrapped. */
@Component
class MasterKeys {

    private static final Logger log = LoggerFactory.getLogger(MasterKeys.class);

    private final MasterKey current;
    private final Map<String, MasterKey> byId = new LinkedHashMap<>();

    /** Keys that a KMS keeps wrapped are asked for here, once. */
    MasterKeys(SecretsSettings settings, KmsMasterKeys kms) throws GeneralSecurityException {
        current = key(settings.current(), kms);
        byId.put(current.id(), current);
        for (KeySource source : settings.former()) {
            MasterKey former = key(source, kms);
            byId.putIfAbsent(former.id(), former);
        }
        log.info("secrets.master-keys current={} all={}", current.id(), byId.keySet());
    }

    MasterKey current() {
        return current;
    }

    Optional<MasterKey> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    Set<String> ids() {
        return Set.copyOf(byId.keySet());
    }

    private static MasterKey key(KeySource source, KmsMasterKeys kms) throws GeneralSecurityException {
        return new MasterKey(
                switch (source) {
                    case KeySource.Given given -> given.key();
                    case KeySource.Kms(String uri) -> kms.key(uri);
                });
    }
}
