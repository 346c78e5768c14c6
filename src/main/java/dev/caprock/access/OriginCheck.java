package dev.caprock.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.DefaultCorsProcessor;

/** Refuses the pages of other origins in the form of every other error, where the framework answers in plain text. */
final class OriginCheck extends DefaultCorsProcessor {

    private final Refusals refusals;

    OriginCheck(Refusals refusals) {
        this.refusals = refusals;
    }

    @Override
    public boolean processRequest(
            @Nullable CorsConfiguration pages, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        boolean allowed = super.processRequest(pages, request, response);
        if (!allowed) {
            refusals.origin(request, response);
        }
        return allowed;
    }

    /** Writes nothing yet. */
    @Override
    protected void rejectRequest(ServerHttpResponse response) {}
}
