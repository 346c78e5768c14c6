package dev.caprock.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the chart renders, each read by the model of its kind, which refuses a field that it does not know. A custom resource has no
 * model, and stays a map.
 */
record Manifests(List<Object> all) {

    private interface Model {
        Object read(String json) throws IOException;
    }

    private static final Map<String, Model> MODELS = Map.ofEntries(
            entry("v1/ConfigMap", V1ConfigMap::fromJson),
            entry("v1/Pod", V1Pod::fromJson),
            entry("v1/Secret", V1Secret::fromJson),
            entry("v1/Service", V1Service::fromJson),
            entry("v1/ServiceAccount", V1ServiceAccount::fromJson),
            entry("apps/v1/Deployment", V1Deployment::fromJson),
            entry("autoscaling/v2/HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::fromJson),
            entry("networking.k8s.io/v1/NetworkPolicy", V1NetworkPolicy::fromJson),
            entry("policy/v1/PodDisruptionBudget", V1PodDisruptionBudget::fromJson),
            entry(
                    "monitoring.coreos.com/v1/ServiceMonitor",
                    json -> JsonMapper.shared().readValue(json, Map.class)),
            entry(
                    "monitoring.coreos.com/v1/PrometheusRule",
                    json -> JsonMapper.shared().readValue(json, Map.class)));

    private static Map.Entry<String, Model> entry(String kind, Model model) {
        return Map.entry(kind, model);
    }

    static Manifests parse(String rendered) {
        return new Manifests(StreamSupport.stream(new Yaml().loadAll(rendered).spliterator(), false)
                .filter(Objects::nonNull)
                .map(document -> read((Map<?, ?>) document))
                .toList());
    }

    private static Object read(Map<?, ?> document) {
        String kind = document.get("apiVersion") + "/" + document.get("kind");
        Model model = MODELS.get(kind);
        assertThat(model).as("a model of %s", kind).isNotNull();
        try {
            return model.read(JsonMapper.shared().writeValueAsString(document));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    <T> List<T> every(Class<T> kind) {
        return all.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The custom resource of a kind. */
    Map<?, ?> custom(String kind) {
        List<?> found = every(Map.class).stream()
                .filter(resource -> kind.equals(resource.get("kind")))
                .toList();
        assertThat(found).as(kind).hasSize(1);
        return (Map<?, ?>) found.getFirst();
    }

    <T> T one(Class<T> kind) {
        assertThat(every(kind)).as(kind.getSimpleName()).hasSize(1);
        return every(kind).getFirst();
    }
}
