package dev.caprock.problem;

import dev.caprock.id.Ids;
import java.io.IOException;
import java.io.Writer;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Answers in our form what Tomcat refuses before any filter or controller sees it: a malformed address, for example. */
@Component
class RefusedByContainer implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {

    private final Ids ids;
    private final JsonMapper json;

    RefusedByContainer(Ids ids, JsonMapper json) {
        this.ids = ids;
        this.json = json;
    }

    @Override
    public void customize(ConfigurableTomcatWebServerFactory factory) {
        factory.addContextCustomizers(
                context -> context.getParent().getPipeline().addValve(new Report()));
    }

    /** Stands before Tomcat's own report, which writes only where nobody has written. */
    private final class Report extends ErrorReportValve {

        @Override
        protected void report(Request request, Response response, @Nullable Throwable failure) {
            if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
                return;
            }
            HttpStatus status = HttpStatus.valueOf(response.getStatus());
            var problem = Problem.of(status, "The request cannot be read: " + status.getReasonPhrase());
            String trace = RequestTrace.of(request, ids).traceId();
            var body = ProblemBody.of(problem, request, trace);
            response.setHeader(RequestTrace.HEADER, trace);
            problem.headers().forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
            try {
                response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
                response.setCharacterEncoding("utf-8");
                Writer writer = response.getReporter();
                if (writer != null) {
                    writer.write(json.writeValueAsString(body));
                    response.finishResponse();
                }
            } catch (IOException gone) {
                containerLog.debug("nobody is there to be told", gone);
            }
        }
    }
}
