package dev.caprock.access;

import jakarta.servlet.DispatcherType;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;

/** What every request passes before a controller sees it. There are no cookies, so none can be ridden on. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    private static final Duration PREFLIGHT_KEPT = Duration.ofHours(1);

    @Bean
    SecurityFilterChain gate(
            HttpSecurity http, BearerCheck check, EventTickets tickets, Refusals refusals, AccessSettings settings) {
        var bearer = new BearerTokenAuthenticationFilter(check);
        bearer.setAuthenticationEntryPoint(refusals);
        if (!settings.cors().allowedOrigins().isEmpty()) {
            http.addFilter(cors(settings.cors(), refusals));
        }
        return http.csrf(AbstractHttpConfigurer::disable)
                .cors(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .headers(headers -> headers.referrerPolicy(policy -> policy.policy(ReferrerPolicy.NO_REFERRER))
                        .contentSecurityPolicy(
                                policy -> policy.policyDirectives("default-src 'none'; frame-ancestors 'none'"))
                        .frameOptions(HeadersConfigurer.FrameOptionsConfig::deny))
                .exceptionHandling(
                        refused -> refused.authenticationEntryPoint(refusals).accessDeniedHandler(refusals))
                .addFilterBefore(bearer, AnonymousAuthenticationFilter.class)
                .addFilterBefore(new TicketCheck(tickets, refusals), AnonymousAuthenticationFilter.class)
                .authorizeHttpRequests(
                        requests -> requests.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.ASYNC)
                                .permitAll() // the rest of a request that was judged
                                .anyRequest()
                                .access(SecurityConfiguration::judge))
                .build();
    }

    private static AuthorizationDecision judge(
            Supplier<? extends Authentication> who, RequestAuthorizationContext asked) {
        return new AuthorizationDecision(Endpoints.of(asked.getRequest())
                .map(endpoint -> endpoint.scope() == null
                        || (who.get() instanceof CallerAuthentication known && known.may(endpoint)))
                .orElse(false));
    }

    private static CorsFilter cors(AccessSettings.Cors settings, Refusals refusals) {
        var pages = new CorsConfiguration();
        pages.setAllowedOrigins(settings.allowedOrigins());
        pages.setAllowedMethods(List.of(
                HttpMethod.GET.name(), HttpMethod.POST.name(), HttpMethod.PATCH.name(), HttpMethod.DELETE.name()));
        pages.setAllowedHeaders(List.of("*"));
        pages.setExposedHeaders(List.of(
                HttpHeaders.LOCATION,
                HttpHeaders.ETAG,
                HttpHeaders.RETRY_AFTER,
                "RateLimit",
                "RateLimit-Policy",
                "Idempotent-Replay",
                "X-Request-Id"));
        pages.setMaxAge(PREFLIGHT_KEPT);
        var everywhere = new UrlBasedCorsConfigurationSource();
        everywhere.registerCorsConfiguration("/**", pages);
        var filter = new CorsFilter(everywhere);
        filter.setCorsProcessor(new OriginCheck(refusals));
        return filter;
    }
}
