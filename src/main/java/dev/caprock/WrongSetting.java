package dev.caprock;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;

/** What is wrong with a setting, in a sentence that names its key. What cannot be a secret is quoted, and nothing else. */
final class WrongSetting {

    private WrongSetting() {}

    static String sentence(ConfigurationPropertiesBindException failure, Environment environment) {
        return find(failure, ConversionException.class) != null
                        && find(failure, BindException.class) instanceof BindException unbound
                ? conversion(unbound, environment)
                : own(failure);
    }

    /** Our own records name their keys, and know which values are secret; what others say may quote one. */
    private static String own(ConfigurationPropertiesBindException failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !isThrownByUs(cause)) {
            cause = cause.getCause();
        }
        String message = isThrownByUs(cause)
                ? Objects.requireNonNullElse(cause.getMessage(), "")
                : cause.getClass().getSimpleName();
        return message.contains("caprock.")
                ? message
                : "%s.*: %s".formatted(failure.getAnnotation().value(), message);
    }

    private static boolean isThrownByUs(Throwable cause) {
        StackTraceElement[] places = cause.getStackTrace();
        return places.length > 0 && places[0].getClassName().startsWith("dev.caprock.");
    }

    private static String conversion(BindException unbound, Environment environment) {
        String key = unbound.getName().toString();
        Class<?> type = unbound.getTarget().getType().resolve(Object.class);
        String form = form(type);
        String value = environment.getProperty(key, "");
        return form.isEmpty()
                ? "%s cannot be read as %s".formatted(key, type.getSimpleName())
                : "%s must be %s but is %s".formatted(key, form, value);
    }

    /** Of types that hold no secret. */
    private static String form(Class<?> type) {
        if (type == Duration.class) {
            return "a duration such as 30s, 10m or PT4H";
        }
        if (type == DataSize.class) {
            return "a size such as 512KB or 4MB";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == int.class || type == long.class || Number.class.isAssignableFrom(type)) {
            return "a whole number";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant ->
                                    constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                            .toList();
        }
        return "";
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        Throwable cause = failure;
        while (cause != null) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
            cause = cause.getCause();
        }
        return null;
    }
}
