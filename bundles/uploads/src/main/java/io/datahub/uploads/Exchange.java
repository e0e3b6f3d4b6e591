package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Login;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * A request and its response.
 *
 * @param callback completes the exchange
 */
record Exchange(Request request, Response response, Callback callback) {

    /**
     * The method. If the HTTP library of a client does not support it, it can be sent as a {@code POST} with an
     * override header.
     */
    String method() {
        String given = request.getMethod();
        return HttpMethod.POST.is(given) ? header(TusHeaders.OVERRIDE).orElse(given) : given;
    }

    Login login() {
        return (Login) request.getAttribute(Login.class.getName());
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeaders().get(name));
    }

    /** The value of the header if it is a non-negative number. */
    Optional<Long> number(String name) {
        return header(name).filter(text -> text.matches("[0-9]{1,18}")).map(Long::valueOf);
    }

    /** The value of {@code Upload-Length}; refused if it is not a number of bytes. */
    Result<OptionalLong> length() {
        Optional<Long> length = number(TusHeaders.LENGTH);
        if (length.isEmpty() && header(TusHeaders.LENGTH).isPresent()) {
            return Result.refused(Reason.BAD_REQUEST, TusHeaders.LENGTH + " is a number of bytes");
        }
        return Result.done(length.map(OptionalLong::of).orElseGet(OptionalLong::empty));
    }

    /** Sets a header; a null value removes it. */
    Exchange put(String header, String value) {
        response.getHeaders().put(header, value);
        return this;
    }

    void refuse(Refusal refusal) {
        refuse(refusal.reason().status(), refusal);
    }

    void refuse(Reason reason, String detail) {
        refuse(new Refusal(reason, detail));
    }

    /** Refuses with a status that is specific to tus. */
    void refuse(int status, Refusal refusal) {
        request.setAttribute(Refusal.class.getName(), refusal);
        Response.writeError(request, response, callback, status, refusal.detail());
    }

    /** Refuses the method and lists the allowed ones. */
    void refuseMethod(String allowed) {
        put(HttpHeader.ALLOW.asString(), allowed).refuse(Reason.METHOD_NOT_ALLOWED, "this takes " + allowed);
    }

    void empty(int status) {
        response.setStatus(status);
        response.write(true, null, callback);
    }

    void json(int status, byte[] body) {
        response.setStatus(status);
        put(HttpHeader.CONTENT_TYPE.asString(), "application/json");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
    }
}
