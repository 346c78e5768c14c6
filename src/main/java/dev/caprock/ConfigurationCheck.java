package dev.caprock;

import dev.caprock.remote.Account;
import dev.caprock.sandbox.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindException;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;
import org.springframework.util.StringUtils;

/**
 * Reads all settings before anything else is made, so that whoever starts the service is told at once all that is missing or wrong,
 * and nothing has been touched.
 */
@Component
class ConfigurationCheck implements BeanFactoryPostProcessor {

    /** How Spring Boot names the beans of settings: their prefix, and their class. */
    private static final Pattern OURS = Pattern.compile("(caprock\\..+)-dev\\.caprock\\..+");

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        Environment environment = beans.getBean(Environment.class);
        var wrong = new ArrayList<String>();
        if (!hasDatabase(beans, environment)) {
            wrong.add("missing is spring.datasource.url (SPRING_DATASOURCE_URL), the PostgreSQL database, such as "
                    + "jdbc:postgresql://host:5432/caprock");
        }
        var accounts = new ArrayList<Account>();
        var keys = new KnownKeys();
        for (String name : beans.getBeanDefinitionNames()) {
            Matcher ours = OURS.matcher(name);
            if (ours.matches()) {
                keys.add(ours.group(1), Objects.requireNonNull(beans.getType(name)));
                try {
                    if (beans.getBean(name) instanceof Account account) {
                        accounts.add(account);
                    }
                } catch (ConfigurationPropertiesBindException unbound) {
                    wrong.add(WrongSetting.sentence(unbound, environment));
                }
            }
        }
        keys.unknown(environment).forEach(key -> wrong.add(key + " is no key of Caprock"));
        wrong.addAll(missing(accounts, beans.getBeanNamesForType(Provider.class, true, false).length > 0));
        if (!wrong.isEmpty()) {
            throw new WrongConfiguration(wrong);
        }
    }

    /** As a setting, or brought by whoever starts the service. */
    private static boolean hasDatabase(ConfigurableListableBeanFactory beans, Environment environment) {
        return StringUtils.hasText(environment.getProperty("spring.datasource.url"))
                || Stream.of(beans.getBeanNamesForType(JdbcConnectionDetails.class, true, false))
                        .anyMatch(name -> !name.equals("jdbcConnectionDetails"));
    }

    /** Any one of those that sandboxes are made with is enough, each other is needed. */
    private static List<String> missing(List<Account> accounts, boolean provider) {
        var missing = new ArrayList<String>();
        var providers = new ArrayList<String>();
        for (Account account : accounts) {
            boolean ofProvider = account.getClass().getPackageName().startsWith(Provider.class.getPackageName());
            account.missing().ifPresent(ofProvider ? providers::add : missing::add);
        }
        if (!provider && !providers.isEmpty()) {
            missing.add(String.join(", or ", providers));
        }
        return missing.stream().map("missing is "::concat).toList();
    }
}
