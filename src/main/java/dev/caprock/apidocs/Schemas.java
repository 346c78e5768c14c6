package dev.caprock.apidocs;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.SpecVersion;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Completes the schemas: what is always there, what may be null, which words there are, and an example. */
@Component
class Schemas {

    static final String PROBLEM = "Problem";
    static final String AMEND_SESSION = "AmendSession";

    /** Requests are checked by hand, so that all mistakes can be told at once; so their types leave everything open. */
    private static final Map<String, List<String>> REQUIRED = Map.of(
            "CreateSession", List.of("repos", "agent", "prompt"),
            "CreateSessionRepoChoice", List.of("name"),
            "CreateSessionAgent", List.of("kind"),
            "CreateSessionInjection", List.of("host", "headers"),
            "CreateRun", List.of("prompt"),
            "CreateWebhook", List.of("url"),
            "CreateApiKey", List.of("name", "scopes"));

    private final SchemaNames names;
    private final Examples examples;

    Schemas(SchemaNames names, Examples examples) {
        this.names = names;
        this.examples = examples;
    }

    static Schema<?> reference(String name) {
        return new Schema<>(SpecVersion.V31).$ref("#/components/schemas/" + name);
    }

    static Schema<?> text() {
        return new Schema<>(SpecVersion.V31).typesItem("string");
    }

    static Schema<?> copy(Schema<?> plain) {
        var copy = new Schema<>(SpecVersion.V31).format(plain.getFormat()).pattern(plain.getPattern());
        copy.setTypes(plain.getTypes());
        copy.setMinLength(plain.getMinLength());
        copy.setMaxLength(plain.getMaxLength());
        if (plain.getDefault() != null) {
            copy.setDefault(plain.getDefault());
        }
        return copy;
    }

    void complete(Components components) {
        components.getSchemas().remove("JsonNode"); // what a merge patch comes as
        components.addSchemas(AMEND_SESSION, amendSession());
        ModelConverters.getInstance(true)
                .readAll(new AnnotatedType(dev.caprock.problem.ProblemBody.class))
                .forEach(components::addSchemas);
        components.getSchemas().forEach(this::complete);
        components.setSchemas(new TreeMap<>(components.getSchemas()));
    }

    private void complete(String name, Schema<?> schema) {
        names.recordOf(name).ifPresent(type -> {
            if (isRequest(name)) {
                schema.setRequired(REQUIRED.get(name));
                schema.setAdditionalProperties(false);
            } else {
                answered(schema, type);
            }
        });
        if (name.equals(PROBLEM)) {
            requireNonNull(schema.getProperties()).remove("extensions"); // they are members of their own
            schema.getRequired().remove("extensions");
        }
        schema.getProperties().forEach((field, property) -> {
            if (property.get$ref() == null) {
                property.setDescription(Words.description(name, field));
            }
            limit(property, Words.vocabulary(name, field));
        });
        examples.of(name).ifPresent(example -> show(example, schema));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void show(Object example, Schema schema) {
        schema.setExamples(List.of(example));
    }

    private static boolean isRequest(String name) {
        return name.startsWith("Create");
    }

    private static void answered(Schema<?> schema, Class<?> type) {
        JsonInclude include = type.getAnnotation(JsonInclude.class);
        boolean leavesOut = include != null && include.value() == JsonInclude.Include.NON_NULL;
        var required = new ArrayList<String>();
        for (RecordComponent component : type.getRecordComponents()) {
            JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
            String name = named == null ? component.getName() : named.value();
            boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            if (!nullable || !leavesOut) {
                required.add(name);
            }
            if (nullable && !leavesOut) {
                schema.getProperties().computeIfPresent(name, (field, property) -> orNull(property));
            }
        }
        for (Class<?> kind : type.getInterfaces()) {
            JsonTypeInfo info = kind.getAnnotation(JsonTypeInfo.class);
            if (info != null) {
                schema.addProperty(info.property(), text());
                required.add(info.property());
            }
        }
        schema.setRequired(required);
    }

    private static Schema<?> orNull(Schema<?> schema) {
        if (schema.get$ref() != null) {
            return new Schema<>(SpecVersion.V31)
                    .anyOf(List.of(schema, new Schema<>(SpecVersion.V31).typesItem("null")));
        }
        var types = new LinkedHashSet<>(schema.getTypes());
        types.add("null");
        schema.setTypes(types);
        return schema;
    }

    /** Of a list, its elements. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    static void limit(Schema<?> schema, @Nullable List<String> words) {
        if (words != null) {
            Schema one = schema.getItems() == null ? schema : schema.getItems();
            one.setEnum(words);
        }
    }

    private static Schema<?> amendSession() {
        var value = new Schema<>(SpecVersion.V31).typesItem("string").typesItem("null");
        return new Schema<>(SpecVersion.V31)
                .typesItem("object")
                .addProperty(
                        "labels",
                        new Schema<>(SpecVersion.V31)
                                .typesItem("object")
                                .typesItem("null")
                                .additionalProperties(value))
                .addProperty("expiresAt", text().format("date-time"))
                .additionalProperties(false);
    }
}
