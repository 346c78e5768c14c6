package dev.caprock.tenant;

import org.springframework.stereotype.Component;

/** All tenants, known by what they may have. One that is not configured has what all have. */
@Component
public class Tenants {

    private final TenantSettings settings;

    Tenants(TenantSettings settings) {
        this.settings = settings;
    }

    public Limits limits(String tenant) {
        return settings.of(tenant);
    }

    /** For how long each budget is. */
    public BudgetPeriod budgetPeriod() {
        return settings.budgetPeriod();
    }
}
