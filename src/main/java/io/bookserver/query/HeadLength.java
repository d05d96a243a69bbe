package io.bookserver.query;

import io.vertx.core.http.HttpHeaders;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.ext.Provider;
import java.util.OptionalLong;

/**
 * Adds the length of an uncompressed answer to HEAD, if it is known: the framework leaves it out.
 *
 * <p><i>Stateless.</i>
 */
@Provider
public class HeadLength implements ContainerResponseFilter {
    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getMethod().equals(HttpMethod.HEAD)) {
            lengthOf(response.getEntity()).ifPresent(
                    bytes -> response.getHeaders()
                            .putSingle(HttpHeaders.CONTENT_LENGTH.toString(), Long.toString(bytes)));
        }
    }

    private static OptionalLong lengthOf(Object entity) {
        if (entity instanceof Answer) {
            return ((Answer) entity).length();
        }
        return entity instanceof byte[] ? OptionalLong.of(((byte[]) entity).length) : OptionalLong.empty();
    }
}
