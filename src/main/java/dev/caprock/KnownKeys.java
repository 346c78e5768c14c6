package dev.caprock;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;

/**
 * The keys that the records of settings read. Spring Boot's own check for others takes a key that is there without a value for one
 * that nobody reads.
 */
final class KnownKeys {

    private static final ConfigurationPropertyName OURS = ConfigurationPropertyName.of("caprock");

    private final Map<ConfigurationPropertyName, ResolvableType> records = new HashMap<>();

    void add(String prefix, Class<?> settings) {
        records.put(ConfigurationPropertyName.of(prefix), ResolvableType.forClass(settings));
    }

    /** Our keys that nobody reads. Variables and system properties are left alone: they may be somebody else's. */
    List<String> unknown(Environment environment) {
        var ofOthers = new UnboundElementsSourceFilter();
        var unknown = new TreeSet<String>();
        for (var source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource all && ofOthers.apply(source)) {
                all.stream()
                        .filter(OURS::isAncestorOf)
                        .filter(key -> !isKnown(key))
                        .forEach(key -> unknown.add(key.toString()));
            }
        }
        return List.copyOf(unknown);
    }

    private boolean isKnown(ConfigurationPropertyName key) {
        return records.entrySet().stream()
                .anyMatch(each -> each.getKey().isAncestorOf(key)
                        && reads(each.getValue(), key, each.getKey().getNumberOfElements()));
    }

    private static boolean reads(ResolvableType type, ConfigurationPropertyName key, int depth) {
        if (depth == key.getNumberOfElements()) {
            return true;
        }
        Class<?> raw = type.resolve(Object.class);
        if (Map.class.isAssignableFrom(raw)) {
            return reads(type.asMap().getGeneric(1), key, depth + 1);
        }
        if (Collection.class.isAssignableFrom(raw)) {
            return reads(type.asCollection().getGeneric(), key, depth + 1);
        }
        if (raw.isRecord()) {
            for (RecordComponent component : raw.getRecordComponents()) {
                if (component.getName().toLowerCase(Locale.ROOT).equals(key.getElement(depth, Form.UNIFORM))) {
                    return reads(ResolvableType.forType(component.getGenericType()), key, depth + 1);
                }
            }
        }
        return false;
    }
}
