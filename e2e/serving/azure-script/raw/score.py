from azureml_inference_server_http.api.aml_request import AMLRequest, rawhttp
from azureml_inference_server_http.api.aml_response import AMLResponse


def init():
    pass


@rawhttp
def run(request: AMLRequest):
    if request.method == "GET":
        return AMLResponse({"got": request.args.to_dict()}, 200, json_str=True)
    data = request.get_data()
    if request.content_type == "application/x-broken":
        raise RuntimeError("broken on purpose")
    if not data:
        return AMLResponse("nothing to reverse", 422)
    headers = {"Content-Type": "application/octet-stream", "X-Length": str(len(data))}
    return AMLResponse(data[::-1], 201, headers)
