package dev.caprock.access;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

/**
 * One thing that can be called.
 *
 * @param method GET stands for HEAD too
 * @param pattern of its path, written as its controller has it
 * @param scope what it takes; null when anybody may call it
 * @param operatorsOnly whether it takes more than the scope, since it tells of the installation rather than of a tenant
 * @param scraped whether the scrape token opens it too
 */
record Endpoint(
        HttpMethod method,
        String pattern,
        @Nullable Scope scope,
        boolean operatorsOnly,
        boolean scraped,
        PathPatternRequestMatcher path) {

    static Endpoint of(HttpMethod method, String pattern, Scope scope) {
        return new Endpoint(method, pattern, scope, false, false, PathPatternRequestMatcher.pathPattern(pattern));
    }

    static Endpoint open(HttpMethod method, String pattern) {
        return new Endpoint(method, pattern, null, false, false, PathPatternRequestMatcher.pathPattern(pattern));
    }

    static Endpoint ofOperators(HttpMethod method, String pattern) {
        return new Endpoint(method, pattern, Scope.ADMIN, true, false, PathPatternRequestMatcher.pathPattern(pattern));
    }

    static Endpoint ofScrapers(HttpMethod method, String pattern) {
        return new Endpoint(method, pattern, Scope.ADMIN, true, true, PathPatternRequestMatcher.pathPattern(pattern));
    }

    boolean fits(HttpServletRequest request) {
        String asked = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
        return method.name().equals(asked) && isAt(request);
    }

    boolean isAt(HttpServletRequest request) {
        return path.matches(request);
    }
}
