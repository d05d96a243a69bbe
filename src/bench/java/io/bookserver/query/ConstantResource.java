package io.bookserver.query;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** The lower bound for a bulk answer: the same bytes for every request. */
@ApplicationScoped
class ConstantResource {
    static final String PATH = "/bench/constant";

    static volatile byte[] answer = new byte[0];

    void routes(@Observes Router router) {
        router.route(PATH).handler(context ->
                context.response().putHeader("Content-Type", "application/json").end(Buffer.buffer(answer)));
    }
}
