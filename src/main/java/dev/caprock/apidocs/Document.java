package dev.caprock.apidocs;

import dev.caprock.access.RequiredScopes;
import dev.caprock.access.Scope;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.parameters.HeaderParameter;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import io.swagger.v3.oas.models.tags.Tag;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;

/** Completes the document that was read from the controllers, in an order that does not change. */
@Component
class Document implements OpenApiCustomizer {

    private static final String BEARER = "bearer";
    private static final String JSON = "application/json";
    private static final String MERGE_PATCH = "application/merge-patch+json";

    private static final List<String> PLACES = List.of("path", "query", "header");

    private final Schemas schemas;

    Document(Schemas schemas) {
        this.schemas = schemas;
    }

    @Override
    public void customise(OpenAPI document) {
        document.setInfo(new Info()
                .title("Caprock")
                .version("1")
                .description("""
                        Runs AI coding agents in sandboxes on mounted repositories. Inside `/v1` the API only grows: \
                        accept fields, event types and words that you do not know. A field that is not known here is \
                        refused, since it is a typing error. Every error is `application/problem+json`.""")
                .license(new License().name("Apache-2.0").url("https://www.apache.org/licenses/LICENSE-2.0")));
        document.setServers(List.of(new Server().url("/")));
        document.setTags(Stream.of(Operation.Tag.values())
                .map(tag -> new Tag().name(tag.text()).description(tag.description()))
                .toList());
        Components components = document.getComponents();
        components.addSecuritySchemes(
                BEARER,
                new SecurityScheme()
                        .type(SecurityScheme.Type.HTTP)
                        .scheme(BEARER)
                        .description("An API key (`cap_…`), or a token of the configured issuer."));
        Paths found = document.getPaths();
        document.setPaths(new Paths());
        found.forEach((path, item) -> item.readOperationsMap()
                .keySet()
                .forEach(method -> Operations.of(HttpMethod.valueOf(method.name()), path))); // or it fails
        Operations.ALL.forEach(operation -> add(operation, found, document.getPaths()));
        schemas.complete(components);
        Answers.share(components);
    }

    private void add(Operation operation, Paths from, Paths to) {
        var method = PathItem.HttpMethod.valueOf(operation.method().name());
        PathItem item = from.get(operation.path());
        var found = item == null ? null : item.readOperationsMap().get(method);
        if (found == null) {
            throw new IllegalStateException("no controller has " + operation);
        }
        complete(found, operation);
        to.computeIfAbsent(operation.path(), path -> new PathItem()).operation(method, found);
    }

    private void complete(io.swagger.v3.oas.models.Operation found, Operation operation) {
        Scope scope = RequiredScopes.of(operation.method(), operation.path());
        found.operationId(operation.id()).tags(List.of(operation.tag().text())).summary(operation.summary());
        if (scope != null) {
            found.description("Takes the scope `%s`, or `admin`.".formatted(scope.text()));
            found.security(List.of(new SecurityRequirement().addList(BEARER, scope.text())));
        }
        found.setParameters(parameters(operation, found.getParameters()));
        if (found.getRequestBody() != null && operation.method().equals(HttpMethod.PATCH)) {
            var patch = new MediaType().schema(Schemas.reference(Schemas.AMEND_SESSION));
            found.getRequestBody()
                    .setContent(new Content().addMediaType(MERGE_PATCH, patch).addMediaType(JSON, patch));
        }
        found.setResponses(Answers.of(operation, content(found), scope != null, found.getRequestBody() != null));
    }

    private static @Nullable Content content(io.swagger.v3.oas.models.Operation found) {
        return found.getResponses().values().stream()
                .map(answer -> answer.getContent())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable List<Parameter> parameters(Operation operation, @Nullable List<Parameter> found) {
        var all = new ArrayList<>(found == null ? List.of() : found);
        all.removeIf(parameter -> parameter.getName().equals("Accept")); // the answer's media types say so
        if (operation.repeatable()) {
            all.add(new HeaderParameter()
                    .name("Idempotency-Key")
                    .schema(Schemas.text().minLength(1).maxLength(255).pattern("^[\\x21-\\x7e]+$")));
        }
        all.sort(Comparator.comparing((Parameter parameter) -> PLACES.indexOf(parameter.getIn()))
                .thenComparing(parameter -> operation.path().indexOf("{" + parameter.getName()))
                .thenComparing(Parameter::getName)); // two handlers may stand behind one operation, in any order
        for (Parameter parameter : all) {
            parameter.setDescription(Words.description(operation.id(), parameter.getName()));
            parameter.setSchema(Schemas.copy(parameter.getSchema())); // springdoc has one for all of a type
            Schemas.limit(parameter.getSchema(), Words.vocabulary(operation.id(), parameter.getName()));
        }
        return all.isEmpty() ? null : all;
    }
}
