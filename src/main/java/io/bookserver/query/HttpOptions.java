package io.bookserver.query;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Settings of the HTTP server for which there is no {@code quarkus.http.*} key.
 *
 * <p><i>Immutable.</i>
 */
@ApplicationScoped
class HttpOptions implements HttpServerOptionsCustomizer {
    private final QueryConfig config;

    HttpOptions(QueryConfig config) {
        this.config = config;
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        customize(options);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customize(options);
    }

    @Override
    public void customizeDomainSocketServer(HttpServerOptions options) {
        customize(options);
    }

    private void customize(HttpServerOptions options) {
        // the limits per connection require that answers come one after the other
        options.setHttp2ClearTextEnabled(false);
        // a client that sends a byte now and then is never read-idle; what counts is whether a request is ever answered
        options.setWriteIdleTimeout(options.getIdleTimeout());
        // the framework would inflate a client's frames without a limit, before our code sees them
        options.setPerFrameWebSocketCompressionSupported(false);
        if (config.compression()) {
            options.setCompressionSupported(true).setCompressionLevel(config.compressionLevel());
        }
    }
}
