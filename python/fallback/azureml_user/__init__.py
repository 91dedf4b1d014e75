"""What entry scripts of parallel jobs import from Azure's `azureml_user`."""
