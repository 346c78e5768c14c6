package dev.caprock.apidocs;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.type.TypeFactory;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.oas.models.media.Schema;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Names the schema of a record after the record and whoever it is nested in: the simple name alone is not unique, and schemas of
 * one name would silently become one.
 */
@Component
class SchemaNames implements ModelConverter {

    /** Of the JVM, as the converters of the library are: the one that is asked may belong to another application context. */
    private static final Map<String, Class<?>> RECORDS = new ConcurrentHashMap<>();

    @Override
    public @Nullable Schema<?> resolve(
            AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> others) {
        JavaType java = TypeFactory.defaultInstance().constructType(type.getType());
        if (java.getRawClass().isRecord()) {
            String name = name(java.getRawClass());
            Class<?> earlier = RECORDS.putIfAbsent(name, java.getRawClass());
            if (earlier != null && earlier != java.getRawClass()) {
                throw new IllegalStateException(
                        "%s and %s would both be the schema %s".formatted(earlier, java.getRawClass(), name));
            }
            type.name(name);
        }
        return others.hasNext() ? others.next().resolve(type, context, others) : null;
    }

    /** The record that a schema was made of. */
    Optional<Class<?>> recordOf(String schema) {
        return Optional.ofNullable(RECORDS.get(schema));
    }

    private static String name(Class<?> type) {
        String own = noun(type);
        if (type.getEnclosingClass() == null) {
            return own;
        }
        String outer = noun(type.getEnclosingClass());
        String one = outer.endsWith("s") ? outer.substring(0, outer.length() - 1) : outer;
        return own.contains(one) ? own : outer + own;
    }

    private static String noun(Class<?> type) {
        return type.getSimpleName().replaceFirst("(Body|Controller)$", "");
    }
}
