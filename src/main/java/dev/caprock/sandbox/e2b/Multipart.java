package dev.caprock.sandbox.e2b;

import dev.caprock.crypto.Sha256;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;

/** A form with one file in it. */
final class Multipart {

    private final byte[] content;
    private final String boundary;

    Multipart(byte[] content) {
        this.content = content;
        this.boundary = "caprock-" + Sha256.hexadecimal(content); // no content can be made to hold its own hash
    }

    String contentType() {
        return "multipart/form-data; boundary=" + boundary;
    }

    BodyPublisher body() {
        return BodyPublishers.concat(
                BodyPublishers.ofString("""
                        --%s\r
                        Content-Disposition: form-data; name="file"; filename="file"\r
                        Content-Type: application/octet-stream\r
                        \r
                        """.formatted(boundary), StandardCharsets.US_ASCII),
                BodyPublishers.ofByteArray(content),
                BodyPublishers.ofString("\r\n--%s--\r\n".formatted(boundary), StandardCharsets.US_ASCII));
    }
}
