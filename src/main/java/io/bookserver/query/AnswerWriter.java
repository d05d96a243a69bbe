package io.bookserver.query;

import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/**
 * Sends the answers of the resources, as fast as the socket accepts them.
 *
 * <p><i>Thread-safe: each answer is sent on its request's event loop.</i>
 */
@Provider
@ApplicationScoped
public class AnswerWriter implements ServerMessageBodyWriter<Answer> {
    private final QueryConfig config;
    private final QueryMetrics metrics;

    AnswerWriter(QueryConfig config, QueryMetrics metrics) {
        this.config = config;
        this.metrics = metrics;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type genericType, ResteasyReactiveResourceInfo target,
            MediaType mediaType) {
        return type == Answer.class;
    }

    @Override
    public void writeResponse(Answer answer, Type genericType, ServerRequestContext context) {
        PagedAnswer.send(((ResteasyReactiveRequestContext) context).unwrap(RoutingContext.class), answer, config,
                metrics);
    }

    @Override
    public boolean isWriteable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type == Answer.class;
    }

    /** For servers that write into a stream and wait for the client; not used here. */
    @Override
    public void writeTo(Answer answer, Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType,
            MultivaluedMap<String, Object> headers, OutputStream out) throws IOException {
        throw new IOException("an answer is sent on its event loop only");
    }
}
