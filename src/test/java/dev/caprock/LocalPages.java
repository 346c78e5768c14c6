package dev.caprock;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** Lets Swagger UI in, in the local run: neither it nor this is in the jar, where its addresses are closed like any other. */
@Configuration(proxyBeanMethods = false)
class LocalPages {

    @Bean
    @Order(0)
    SecurityFilterChain pages(HttpSecurity http) {
        return http.securityMatcher("/swagger-ui/**", "/swagger-ui.html", "/v3/api-docs/swagger-config")
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }
}
