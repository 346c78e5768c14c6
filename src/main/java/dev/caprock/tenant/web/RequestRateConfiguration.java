package dev.caprock.tenant.web;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Has the API's requests counted, after whatever tells who is calling; health and the rest of the actuator are none of it. */
@Configuration(proxyBeanMethods = false)
class RequestRateConfiguration implements WebMvcConfigurer {

    private final RequestRates rates;

    RequestRateConfiguration(RequestRates rates) {
        this.rates = rates;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(rates).addPathPatterns("/v1/**");
    }
}
