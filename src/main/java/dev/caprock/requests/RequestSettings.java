package dev.caprock.requests;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How large a request may be.
 *
 * @param maximumBody the bytes of a body; the default has room for the longest prompt in any script. At least 64KB
 */
@ConfigurationProperties("caprock.requests")
record RequestSettings(@DefaultValue("4MB") DataSize maximumBody) {

    private static final DataSize LEAST = DataSize.ofKilobytes(64);

    RequestSettings {
        if (maximumBody.compareTo(LEAST) < 0) {
            throw new IllegalArgumentException(
                    "caprock.requests.maximum-body must be at least %s but is %s".formatted(LEAST, maximumBody));
        }
    }
}
