package dev.caprock.tenant;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * What tenants may have.
 *
 * @param common what holds for each tenant that has no such limit of its own; a limit that is left out does not exist
 * @param own what differs for one tenant, by its name
 * @param budgetPeriod for how long a budget is: day, week (from Monday) or month, of the calendar in UTC
 */
@ConfigurationProperties("caprock.tenants")
record TenantSettings(
        @Name("default") @NestedConfigurationProperty @DefaultValue
        Limits common,

        @DefaultValue Map<String, Limits> own,
        @DefaultValue("month") BudgetPeriod budgetPeriod) {

    TenantSettings {
        own = Map.copyOf(own);
    }

    Limits of(String tenant) {
        return own.getOrDefault(tenant, Limits.NONE).or(common);
    }
}
