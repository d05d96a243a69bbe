package io.bookserver.stream;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The AsyncAPI document of the WebSocket endpoint, at {@code /q/asyncapi}.
 *
 * <p><i>Thread-safe.</i>
 */
@ApplicationScoped
class AsyncApi {
    static final String PATH = "/q/asyncapi";

    private static final String DOCUMENT = "asyncapi.yaml";

    void serve(@Observes Router router) {
        Buffer document = read();
        router.get(PATH).handler(context ->
                context.response().putHeader("Content-Type", "application/yaml;charset=UTF-8").end(document));
    }

    private static Buffer read() {
        try (InputStream in = AsyncApi.class.getClassLoader().getResourceAsStream(DOCUMENT)) {
            if (in == null) {
                throw new IllegalStateException("the resource is missing: " + DOCUMENT);
            }
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("the resource cannot be read: " + DOCUMENT, e);
        }
    }
}
